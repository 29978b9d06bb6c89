"""What version 9 has beside its records (II-STORE-29 to II-STORE-37): anchors, and ways to them."""

from collections.abc import Iterable
from typing import Any

from . import anchor, btree, cbor
from .candid import field_id
from .image import Memory
from .message import Message, Value, as_blob, as_nat64, optional
from .principal import self_authenticating
from .verdict import Reject, require

CREDENTIAL_IDS, ANCHORS, RECOVERY_KEYS, PASSKEYS = 9, 16, 21, 22
# How many bytes the keys of a map have, where all have the same.
KEY_SIZES = {CREDENTIAL_IDS: None, ANCHORS: 8, RECOVERY_KEYS: None, PASSKEYS: None}
_AAGUID = 16
_BROWSER_ID = bytes.fromhex("deadbeef")
_ORIGIN = "https://identity.ic0.app"
# Their places are their numbers (II-STORE-35).
_PURPOSES = ("recovery", "authentication")
_KEY_TYPES = ("unknown", "platform", "cross_platform", "seed_phrase", "browser_storage_key")
Numbered = dict[int, Any]
_CLAUSE = "II-STORE-30"


def maps(first: int, records: Iterable[bytes]) -> dict[int, Memory]:
    """The four maps, from records of version 9, which begin with the anchor of number `first`."""
    entries: dict[int, dict[bytes, bytes]] = {name: {} for name in KEY_SIZES}
    for number, data in enumerate(records, first):
        if not data:
            continue
        value = _anchor(anchor.read(data, False))
        place = number.to_bytes(8, "big")
        entries[ANCHORS][place] = cbor.write(value)
        # Of several anchors with one key the first is as good as any other.
        for passkey in value[3]:
            entries[CREDENTIAL_IDS].setdefault(passkey[1], place)
            entries[PASSKEYS].setdefault(self_authenticating(passkey[0]), place)
        for key in value[4]:
            entries[RECOVERY_KEYS].setdefault(self_authenticating(key[0]), place)
    return {name: btree.write(found, KEY_SIZES[name]) for name, found in entries.items()}


def _anchor(found: anchor.Anchor) -> Numbered:
    """II-STORE-30, II-STORE-31."""
    passkeys, last, recovery_keys = [], [], []
    for device in found.devices:
        what = device.answer
        if _credential_id(what) is None:
            recovery_keys.append(_recovery_key(what))
        elif what["purpose"] == "recovery":
            last.append(_passkey(found.message, device))
        else:
            passkeys.append(_passkey(found.message, device))
    created_at = optional(found.message, found.message.root.inner.get(_CREATED_AT), as_nat64)
    return _there({1: [], 2: created_at, 3: passkeys + last, 4: recovery_keys})


def _passkey(message: Message, device: anchor.Device) -> Numbered:
    """II-STORE-32 to II-STORE-36."""
    what = device.answer
    return _there(
        {
            0: bytes.fromhex(what["pubkey"]),
            1: _credential_id(what),
            2: what.get("origin", _ORIGIN),
            4: _usage(what),
            5: what["alias"] or None,
            6: _aaguid(message, device.value),
            7: _special(what),
        }
    )


def _recovery_key(what: dict[str, Any]) -> Numbered:
    """II-STORE-35, II-STORE-36."""
    return _there(
        {
            0: bytes.fromhex(what["pubkey"]),
            2: _usage(what),
            3: True if what["protection"] == "protected" else None,
            4: _special(what),
        }
    )


def _there(fields: Numbered) -> Numbered:
    """The fields that are there."""
    return {number: value for number, value in fields.items() if value is not None}


def _own_credential_id(what: dict[str, Any]) -> bytes | None:
    return bytes.fromhex(what["credential_id"]) if "credential_id" in what else None


def _credential_id(what: dict[str, Any]) -> bytes | None:
    """II-STORE-32: that of the device, or what stands for it."""
    own = _own_credential_id(what)
    return _BROWSER_ID if own is None and what["key_type"] == "browser_storage_key" else own


def _usage(what: dict[str, Any]) -> int | None:
    return int(what["last_usage"]) if "last_usage" in what else None


def _aaguid(message: Message, device: Value) -> bytes | None:
    found = optional(message, device.inner.get(_AAGUID_FIELD), as_blob)
    return found if found is not None and len(found) == _AAGUID else None


_CREATED_AT = field_id("created_at")
_AAGUID_FIELD = field_id("aaguid")


def _special(what: dict[str, Any]) -> Numbered | None:
    """II-STORE-35: what a key was, unless it is an ordinary one."""
    own, purpose, key_type = _own_credential_id(what), what["purpose"], what["key_type"]
    if own is None:
        ordinary = purpose == "recovery" and key_type == "seed_phrase"
    else:
        others = ("seed_phrase", "browser_storage_key")
        ordinary = purpose == "authentication" and key_type not in others
    if ordinary:
        return None
    return _there(
        {
            0: None if own is None else list(own),
            1: [_PURPOSES.index(purpose), []],
            2: [_KEY_TYPES.index(key_type), []],
            3: what.get("origin"),
        }
    )


# Reading them again.


def parse(data: bytes) -> Numbered:
    """An anchor without the fields that are null."""
    try:
        found = _plain(cbor.decode(data))
    except (cbor.Malformed, cbor.TooDeep) as error:
        raise Reject(_CLAUSE, str(error)) from error
    for keys in (_maps_in(found, 3), _maps_in(found, 4)):
        for key in keys:
            require(isinstance(key.get(0), bytes), _CLAUSE, "no public key")
    for passkey in _maps_in(found, 3):
        require(isinstance(passkey.get(1), bytes), _CLAUSE, "no credential id")
    assert isinstance(found, dict)
    return found


def _maps_in(found: Any, number: int) -> list[Numbered]:
    """A field that has to be an array of maps; none if it isn't there."""
    require(isinstance(found, dict), _CLAUSE, "no map")
    array = found.get(number, [])
    maps = isinstance(array, list) and all(isinstance(member, dict) for member in array)
    require(maps, _CLAUSE, f"field {number} is no array of maps")
    return list(array)


def _plain(item: cbor.Item) -> Any:
    """Numbers, bytes, texts, lists and dicts; other things as a tuple that says what they are."""
    if item.kind in ("uint", "nint", "bytes", "null"):
        return item.value if item.kind != "null" else None
    if item.kind == "text":
        return cbor.decode_text(item.value, _CLAUSE)
    if item.kind == "array":
        return [_plain(member) for member in item.value]
    if item.kind == "simple":
        return "simple", item.value
    if item.kind == "tag":
        return "tag", item.tag, _plain(item.value)
    require(item.kind == "map", _CLAUSE, f"{item.kind} in an anchor")
    out: Numbered = {}
    for key, value in item.value:
        require(key.kind == "uint", _CLAUSE, f"{key.kind} for a key")
        require(key.value not in out, _CLAUSE, f"two fields {key.value}")
        out[key.value] = _plain(value)
    return _there(out)


def owners(anchors: list[tuple[bytes, Numbered]]) -> dict[int, dict[bytes, list[bytes]]]:
    """For each of the three ways, the numbers of all anchors that have a key (II-STORE-37)."""
    out: dict[int, dict[bytes, list[bytes]]] = {CREDENTIAL_IDS: {}, RECOVERY_KEYS: {}, PASSKEYS: {}}
    for number, found in anchors:
        for passkey in _maps_in(found, 3):
            out[CREDENTIAL_IDS].setdefault(passkey[1], []).append(number)
            out[PASSKEYS].setdefault(self_authenticating(passkey[0]), []).append(number)
        for key in _maps_in(found, 4):
            out[RECOVERY_KEYS].setdefault(self_authenticating(key[0]), []).append(number)
    return out
