"""The conformance adapter of the Python agents: python3 adapter.py icp-py-core|ic-py

Not offered, because neither library has a function for it:
- principal.classify, principal.derive: nothing tells classes, nothing derives;
- cbor.check: both leave CBOR to another library;
- request.id, envelope.verify, senderinfo.verify, read_state.authorize: they write requests and read none;
- hashtree.decode, hashtree.lookup_prefix, hashtree.prune: nothing tells whether a tree is well formed,
  looks up more than one path, or prunes;
- hashtree.lookup: the same None comes for what is absent and for what is unknown;
- certificate.verify, certificate.lookup, state.read: ic-py verifies none; icp-py-core verifies under one
  fixed root key, and with a module that is not on PyPI;
- key.decode, key.encode_canister, sig.verify: keys are those of one's own identity;
- delegation.hash, delegation.sign, delegation.verify: delegations are carried along as they come;
- query_sig.verify: icp-py-core checks responses to its own queries only, ic-py none;
- ii.*: they know no seeds.
"""

import binascii
import importlib.metadata
import json
import sys


class Unsupported(Exception):
    """The library cannot be told what the question asks for."""


class NotOfProtocol(Exception):
    """The question is none of the protocol."""


def icp_py_core():
    """Returns the operations of icp-py-core, and what tells its verdicts from other errors."""
    from icp_agent.agent import sign_request, to_request_id
    from icp_identity import DelegateIdentity, Identity
    from icp_principal import Principal

    def is_verdict(error):
        return type(error) is ValueError

    # Of its forms of an expiration, this one is a number.
    return operations(Principal, to_request_id, sign_request, Identity, DelegateIdentity, int), is_verdict


def ic_py():
    """Returns the operations of ic-py, and what tells its verdicts from other errors."""
    from ic.agent import sign_request
    from ic.identity import DelegateIdentity, Identity
    from ic.principal import Principal
    from ic.utils import to_request_id

    def is_verdict(error):
        # It raises texts, of which Python makes this error.
        raised_text = type(error) is TypeError and str(error) == "exceptions must derive from BaseException"
        return raised_text or type(error) is binascii.Error

    # It reads expirations in hexadecimal digits.
    def expiration(decimal):
        return format(int(decimal), "x")

    return operations(Principal, to_request_id, sign_request, Identity, DelegateIdentity, expiration), is_verdict


def operations(principal, to_request_id, sign_request, identity, delegate_identity, expiration):
    """The operations, which both libraries answer with functions of the same names."""

    def sign(secret_key, content, delegations=None, sender_pubkey=None):
        signer = identity(privkey=secret_key, type="ed25519")
        if delegations is not None:
            links = [link(it, expiration) for it in delegations]
            signer = delegate_identity(signer, {"publicKey": sender_pubkey, "delegations": links})
        _, envelope = sign_request(untyped(content), signer)
        return {"envelope": envelope.hex()}

    return {
        # Principal.from_str
        "principal.decode_text": lambda text: {"bytes": principal.from_str(text).bytes.hex()},
        # Principal.to_str
        "principal.encode_text": lambda bytes: {"text": principal(unhex(bytes)).to_str()},
        # Principal.self_authenticating
        "principal.from_pubkey": lambda spki: {"bytes": principal.self_authenticating(unhex(spki)).bytes.hex()},
        # to_request_id
        "hash_of_map": lambda value: {"hash": to_request_id(untyped(value)).hex()},
        # sign_request, with an Identity or a DelegateIdentity
        "envelope.sign": sign,
    }


def link(given, expiration):
    """A signed delegation in the JSON form that both libraries read."""
    delegation = {name: value for name, value in given.items() if name != "signature"}
    delegation["expiration"] = expiration(delegation["expiration"])
    return {"delegation": delegation, "signature": given["signature"]}


def untyped(typed):
    """A typed value as the libraries take it."""
    [(kind, value)] = typed.items()
    if kind == "blob":
        return unhex(value)
    if kind == "text":
        return value
    if kind == "nat":
        return int(value)
    if kind == "int":
        if int(value) >= 0:
            raise Unsupported("a number that is not negative is a natural one")
        return int(value)
    if kind == "array":
        return [untyped(it) for it in value]
    if kind == "map":
        if len({key for key, _ in value}) != len(value):
            raise Unsupported("a dictionary has each key once")
        return {key: untyped(it) for key, it in value}
    raise KeyError(kind)


def unhex(text):
    """The protocol's bytes are lower-case hexadecimal digits."""
    if text != text.lower():
        raise NotOfProtocol("upper-case digits")
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise NotOfProtocol("not hexadecimal") from error


LIBRARIES = {"icp-py-core": icp_py_core, "ic-py": ic_py}


def hello(name, operations):
    return {
        "protocol": 1,
        "implementation": {
            "name": name,
            "version": importlib.metadata.version(name),
            "language": "python",
            "language_version": ".".join(map(str, sys.version_info[:3])),
        },
        "ops": sorted(operations),
        "presets": ["spec"],
        "reasons": "none",
    }


def answer(question, name, operations, is_verdict):
    operation, given = question["op"], question["input"]
    if operation == "hello":
        return {"ok": hello(name, operations)}
    if operation not in operations:
        return {"unsupported": {"why": "operation"}}
    try:
        # Fields are parameters, so Python refuses unknown and missing ones.
        return {"ok": operations[operation](**given)}
    except Unsupported as error:
        return {"unsupported": {"why": str(error)}}
    except Exception as error:
        if is_verdict(error):
            return {"reject": {"message": str(error)}}
        return {"error": {"message": repr(error)}}


def main():
    name = sys.argv[1] if len(sys.argv) == 2 else ""
    if name not in LIBRARIES:
        sys.exit(f"usage: python3 adapter.py {'|'.join(LIBRARIES)}")
    operations, is_verdict = LIBRARIES[name]()
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps({"id": question["id"], **answer(question, name, operations, is_verdict)}), flush=True)


if __name__ == "__main__":
    main()
