"""Sender information (SINFO-1 to SINFO-14)."""

from dataclasses import dataclass

from . import keys, signature
from .policy import Policy
from .verdict import Reject, require


@dataclass(frozen=True)
class SenderInfo:
    """SINFO-1."""

    info: bytes
    signer: bytes
    sig: bytes


def verify(sender_pubkey: bytes, info: SenderInfo, root_key: bytes | None, policy: Policy) -> None:
    """SINFO-2, SINFO-4 to SINFO-7: the sender's own canister key signs the information alone."""
    try:
        key = keys.parse(sender_pubkey, policy)
    except Reject as error:
        raise Reject("SINFO-2", str(error)) from error
    if not isinstance(key, keys.Canister):
        raise Reject("SINFO-2", "no key of canister signatures")
    require(info.signer == key.canister_id, "SINFO-4", "another signer")
    try:
        signed = signature.SENDER_INFO + info.info
        signature.verify(key, signed, info.sig, root_key, policy)
    except Reject as error:
        raise Reject("SINFO-5", str(error)) from error
