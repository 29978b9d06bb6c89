#!/usr/bin/env python3
"""The adapter of the Python model: a question per line on stdin, an answer per line on stdout."""

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
# A hash tree has up to 256 levels, and each takes a few frames.
sys.setrecursionlimit(20_000)

from icid_model import message, policy, storage
from icid_model.operations import OPERATIONS, answer
from icid_model.verdict import Reject

HELLO = {
    "protocol": 1,
    "implementation": {
        "name": "icid-python-model",
        "version": "0.1.0",
        "language": "python",
        "spec": "0.66.0",
    },
    "ops": sorted(OPERATIONS),
    "presets": sorted(policy.PRESETS),
    "policies": policy.DECLARED,
    "limits": {
        "hash tree levels": "256",
        "CBOR nesting": "64",
        "map entries": "64",
        "anchors": str(storage.MAX_ANCHORS),
        "Candid values": str(message.MAX_VALUES),
        "Candid nesting": str(message.MAX_DEPTH),
    },
    "reasons": "clause",
}


def respond(question: dict[str, Any]) -> dict[str, Any]:
    """The answer to a question, without its id."""
    name = question["op"]
    if name == "hello":
        return {"ok": HELLO}
    if name not in OPERATIONS:
        return {"unsupported": {"why": "operation"}}
    try:
        return {"ok": answer(name, question["input"])}
    except Reject as verdict:
        return {"reject": {"code": verdict.clause, "message": verdict.message}}
    except Exception as error:
        # Everything else is no verdict: a bad question, or a mistake of the model.
        return {"error": {"message": f"{type(error).__name__}: {error}"}}


def main() -> None:
    """Answers until stdin ends."""
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps({"id": question["id"], **respond(question)}), flush=True)


if __name__ == "__main__":
    main()
