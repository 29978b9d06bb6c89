"""Canister signatures (CSIG-4 to CSIG-17)."""

import hashlib

from . import cbor, certificate, hashtree
from .keys import Canister
from .policy import SPEC, Policy
from .verdict import Reject, require


def _container(signature: bytes, policy: Policy) -> tuple[bytes, hashtree.Tree]:
    """CSIG-4. The tag is required whatever the policy says."""
    clause = "CSIG-4"
    try:
        item = cbor.untag(cbor.decode(signature), SPEC, clause)
    except cbor.Malformed as error:
        raise Reject(clause, "not one CBOR item") from error
    except cbor.TooDeep as error:
        raise Reject("TREE-12", "too many levels") from error
    require(item.kind == "map", clause, "no map")
    try:
        found = cbor.record(item, ("certificate", "tree"), policy)
        require("certificate" in found and "tree" in found, clause, "a field is missing")
        require(found["certificate"].kind == "bytes", clause, "a certificate that is no blob")
        tree = hashtree.from_item(found["tree"])
    except Reject as error:
        kept = error.clause if error.clause in ("CBOR-10", "TREE-12") else clause
        raise Reject(kept, str(error)) from error
    return found["certificate"].value, tree


def verify(
    key: Canister, payload: bytes, signature: bytes, root_key: bytes | None, policy: Policy
) -> None:
    """The conditions of the text. The certificate's age isn't limited (CSIG-15)."""
    if root_key is None:
        raise Reject("CSIG-17", "no root key to check the signature with")
    certificate.extract_der(root_key, "ROOT-4")
    encoded, tree = _container(signature, policy)
    try:
        verified = certificate.verify(certificate.decode(encoded, policy), root_key)
    except Reject as error:
        raise Reject("CSIG-5", f"the certificate: {error}") from error
    try:
        certificate.check_canister(verified, key.canister_id, policy, policy.ranges)
    except Reject as error:
        raise Reject("CSIG-7", str(error)) from error
    if verified.delegation is not None:
        require(verified.subnet_type is not None, "CSIG-8", "no subnet type")
        require(verified.subnet_type != b"cloud_engine", "CSIG-9", "a cloud engine")
    require(hashtree.well_formed(tree), "CSIG-11", "the tree isn't well formed")
    path = [b"canister", key.canister_id, b"certified_data"]
    certified = hashtree.found_value(path, verified.tree)
    require(certified == tree.hash, "CSIG-6", "certified data is another")
    hashes = [hashlib.sha256(part).digest() for part in (key.seed, payload)]
    witness = hashtree.found_value([b"sig"] + hashes, tree)
    require(witness == b"", "CSIG-12", "no witness")
