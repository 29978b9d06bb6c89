"""Operations on principals, CBOR, hashes and hash trees."""

from typing import Any

from .. import cbor, envelope, hashtree, principal, rihash
from ..policy import Policy
from ..rihash import Int, Map, Nat
from ..values import blob, integer, items, nat, path, text
from ..verdict import BadQuestion
from .registry import Json, operation

# Principals.


@operation("principal.decode_text", ("text",))
def _decode_text(question: Json, _: Policy) -> Json:
    return {"bytes": principal.decode_text(text(question["text"])).hex()}


@operation("principal.encode_text", ("bytes",))
def _encode_text(question: Json, _: Policy) -> Json:
    return {"text": principal.encode_text(blob(question["bytes"]))}


@operation("principal.classify", ("bytes",))
def _classify(question: Json, _: Policy) -> Json:
    return {"class": principal.classify(blob(question["bytes"]))}


@operation("principal.from_pubkey", ("spki",))
def _from_pubkey(question: Json, _: Policy) -> Json:
    return {"bytes": principal.self_authenticating(blob(question["spki"])).hex()}


@operation("principal.derive", ("principal", "nonce"))
def _derive(question: Json, _: Policy) -> Json:
    return {"bytes": principal.derive(blob(question["principal"]), blob(question["nonce"])).hex()}


# CBOR and hashes.


@operation("cbor.check", ("bytes",))
def _cbor_check(question: Json, policy: Policy) -> Json:
    cbor.check(blob(question["bytes"]), policy)
    return {}


def _typed(value: Any) -> object:
    """A typed value."""
    if not isinstance(value, dict) or len(value) != 1:
        raise BadQuestion("no typed value")
    ((kind, inner),) = value.items()
    if kind == "blob":
        return blob(inner)
    if kind == "text":
        return text(inner)
    if kind == "nat":
        return Nat(nat(inner))
    if kind == "int":
        return Int(integer(inner))
    if kind == "array":
        return [_typed(member) for member in items(inner)]
    if kind == "map":
        entries = []
        for pair in items(inner):
            if not isinstance(pair, list) or len(pair) != 2:
                raise BadQuestion("no pair")
            entries.append((text(pair[0]), _typed(pair[1])))
        return Map(tuple(entries))
    raise BadQuestion("unknown type")


def typed_map(value: Any) -> Map:
    """A typed value that is a map."""
    found = _typed(value)
    if not isinstance(found, Map):
        raise BadQuestion("no map")
    return found


@operation("hash_of_map", ("value",))
def _hash_of_map(question: Json, _: Policy) -> Json:
    return {"hash": rihash.hash_of_map(typed_map(question["value"])).hex()}


@operation("request.id", ("envelope",))
def _request_id(question: Json, policy: Policy) -> Json:
    decoded = envelope.decode(blob(question["envelope"]), policy)
    return {"request_id": decoded.content.request_id().hex()}


# Hash trees.


def lookup_result(result: hashtree.Result) -> Json:
    """What a lookup found."""
    name, value = result
    return {"result": name} if value is None else {"result": name, "value": value.hex()}


@operation("hashtree.decode", ("tree",))
def _tree_decode(question: Json, _: Policy) -> Json:
    tree = hashtree.decode(blob(question["tree"]))
    return {"root": tree.hash.hex(), "well_formed": hashtree.well_formed(tree)}


@operation("hashtree.lookup", ("tree", "path"))
def _tree_lookup(question: Json, _: Policy) -> Json:
    tree = hashtree.decode(blob(question["tree"]))
    return lookup_result(hashtree.lookup(path(question["path"]), tree))


@operation("hashtree.lookup_prefix", ("tree", "path"))
def _tree_lookup_prefix(question: Json, _: Policy) -> Json:
    tree = hashtree.decode(blob(question["tree"]))
    return {"values": [v.hex() for v in hashtree.lookup_prefix(path(question["path"]), tree)]}


@operation("hashtree.prune", ("tree", "paths"))
def _tree_prune(question: Json, _: Policy) -> Json:
    tree = hashtree.decode(blob(question["tree"]))
    paths = [path(member) for member in items(question["paths"])]
    return {"tree": hashtree.encode(hashtree.prune(tree, paths)).hex()}
