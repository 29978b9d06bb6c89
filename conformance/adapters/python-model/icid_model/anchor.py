"""Anchor records of Internet Identity (II-ANCHOR-2 to II-ANCHOR-10, II-STORE-12)."""

from dataclasses import dataclass
from typing import Any

from .candid import RECORD, VEC, field_id
from .message import Message, Value, as_blob, as_case, as_map, as_nat64, as_text, optional
from .verdict import Reject, require

# II-ANCHOR-9. In a list, what is absent is the default of II-ANCHOR-7.
VARIANTS = {
    "purpose": ("recovery", "authentication"),
    "key_type": ("unknown", "platform", "cross_platform", "seed_phrase", "browser_storage_key"),
    "protection": ("protected", "unprotected"),
}
DEFAULTS = {"purpose": "authentication", "key_type": "unknown", "protection": "unprotected"}


@dataclass(frozen=True)
class Device:
    """A device as the answer has it, and the value that it was read from."""

    answer: dict[str, Any]
    value: Value


@dataclass(frozen=True)
class Anchor:
    """The value of a record."""

    message: Message
    is_list: bool
    devices: tuple[Device, ...]


def read(data: bytes, is_list: bool) -> Anchor:
    """A record that has to be a list of devices, or an anchor record."""
    message = Message(data)
    root = message.root
    require(root.code != (RECORD if is_list else VEC), "II-STORE-12", "the other form")
    if is_list:
        found = _records(root, "II-ANCHOR-2")
    else:
        devices = root.inner.get(field_id("devices")) if root.code == RECORD else None
        if devices is None:
            raise Reject("II-ANCHOR-3", "no devices")
        found = _records(devices, "II-ANCHOR-3")
    return Anchor(message, is_list, tuple(_device(message, value, is_list) for value in found))


def _records(value: Value, clause: str) -> list[Value]:
    """The members of a vector of records."""
    if value.code != VEC or isinstance(value.inner, bytes):
        raise Reject(clause, "no vector of records")
    require(all(member.code == RECORD for member in value.inner), clause, "no record")
    return list(value.inner)


def _device(message: Message, value: Value, is_list: bool) -> Device:
    def field(name: str) -> Value | None:
        found: Value | None = value.inner.get(field_id(name))
        return found

    pubkey, alias = field("pubkey"), field("alias")
    key = None if pubkey is None else as_blob(message, pubkey)
    label = None if alias is None else as_text(message, alias)
    if key is None or label is None:
        raise Reject("II-ANCHOR-5", "a device without key or alias")
    answer: dict[str, Any] = {"pubkey": key.hex(), "alias": label}
    credential_id = optional(message, field("credential_id"), as_blob)
    if credential_id is not None:
        answer["credential_id"] = credential_id.hex()
    for name, names in VARIANTS.items():
        if is_list:
            # An unknown case is no value: policy `ii.unknown_cases`.
            answer[name] = optional(message, field(name), as_case(names)) or DEFAULTS[name]
        else:
            answer[name] = _required(message, field(name), names)
    if not is_list:
        usage = optional(message, field("last_usage_timestamp"), as_nat64)
        more = {
            "origin": optional(message, field("origin"), as_text),
            "last_usage": None if usage is None else str(usage),
            "metadata": optional(message, field("metadata"), as_map),
        }
        answer.update({name: member for name, member in more.items() if member is not None})
    return Device(answer, value)


def _required(message: Message, value: Value | None, names: tuple[str, ...]) -> str:
    """II-ANCHOR-8, with the answer of the policy `ii.device_defaults`."""
    require(value is not None and isinstance(value.inner, tuple), "II-ANCHOR-8", "no variant")
    assert value is not None
    case = as_case(names)(message, value)
    if case is None:
        raise Reject("II-ANCHOR-9", "an unknown case")
    return case
