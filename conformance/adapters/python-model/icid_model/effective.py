"""Effective canister and subnet ids (EFF-2 to EFF-7)."""

from . import candid
from .principal import MANAGEMENT
from .verdict import Reject, require

CREATION = ("create_canister", "provisional_create_canister_with_cycles")


def check_canister(
    kind: str, canister_id: bytes, method: str, arg: bytes, effective: bytes
) -> None:
    """The id in the URL of a call or query at a canister endpoint."""
    if canister_id != MANAGEMENT:
        require(effective == canister_id, "EFF-2", "another canister")
        return
    if kind == "call" and method in CREATION:
        return
    if kind == "query" and method == "list_canisters":
        return
    if kind == "call" and method == "install_chunked_code":
        target = candid.principal_member(arg, "target_canister")
        if target is not None:
            require(effective == target, "EFF-4", "another canister than the target")
            return
    clause = "EFF-5" if kind == "call" else "EFF-6"
    managed = candid.principal_member(arg, "canister_id")
    if managed is None:
        raise Reject(clause, "no canister_id in the argument")
    require(effective == managed, clause, "another canister than that of the argument")


def check_subnet(kind: str, canister_id: bytes, method: str) -> None:
    """EFF-7: what the endpoints of a subnet take (policy subnet_call.methods)."""
    methods = CREATION if kind == "call" else ("list_canisters",)
    good = canister_id == MANAGEMENT and method in methods
    require(good, "EFF-7", "not for the endpoint of a subnet")
