#!/usr/bin/env python3
"""Asks the model every vector of a folder and compares, without the runner.

usage: run.py check [FOLDER], by default the vectors of this repository. The answer has to be the
expected one in verdict, output and violated clause; where the specification is open, it has to be
that of the preset. Ends with 1 if any differs.
"""

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.setrecursionlimit(20_000)

from icid_model import comparison, hashtree, image
from icid_model.operations import OPERATIONS, answer
from icid_model.verdict import Reject

VECTORS = Path(__file__).resolve().parents[2] / "vectors"
NO_VECTORS = ("clauses.json", "policies.json")

Json = dict[str, Any]


def prunes(question: Json, output: Json) -> bool:
    """Whether the tree is a smallest one with the same root and the same results."""
    tree = hashtree.decode(bytes.fromhex(question["tree"]))
    pruned = hashtree.decode(bytes.fromhex(output["tree"]))
    paths = [[bytes.fromhex(label) for label in path] for path in question["paths"]]
    same = [hashtree.lookup(p, tree) for p in paths] == [hashtree.lookup(p, pruned) for p in paths]
    smallest = hashtree.encode(hashtree.prune(pruned, paths)) == hashtree.encode(pruned)
    return tree.hash == pruned.hash and same and smallest


def migrates(wanted: Json, got: Json) -> str:
    """How a migrated image says something else, or how the comparison fails to notice."""
    first, second = (image.from_json(output["memory"]) for output in (wanted, got))
    return comparison.fault(first) if comparison.same(first, second) else "another image"


def differs(question: Json, expect: Json, got: Json) -> str:
    """How the answer differs from an expectation that is accept or reject; empty if it doesn't."""
    if expect["verdict"] == "reject":
        if "reject" not in got:
            return f"rejects with {expect.get('clause', 'any clause')}"
        clauses = [expect["clause"], *expect.get("also", [])] if "clause" in expect else []
        good = not clauses or got["reject"] in clauses
        return "" if good else f"rejects with one of {clauses}"
    if "ok" not in got:
        return "accepts"
    if expect.get("output_check") == "prunes":
        return "" if prunes(question, got["ok"]) else "another tree"
    if expect.get("output_check") == "migrates":
        return migrates(expect["output"], got["ok"])
    # Other equations allow other outputs as well, but the expected one is right in any case.
    wanted = expect.get("output", got["ok"])
    return "" if wanted == got["ok"] else f"output {json.dumps(wanted)}"


def ask(operation: str, question: Json) -> Json:
    """The model's answer; a rejection is its clause."""
    try:
        return {"ok": answer(operation, question)}
    except Reject as verdict:
        return {"reject": verdict.clause}
    except Exception as error:  # a mistake of the model, or of the vectors
        return {"error": f"{type(error).__name__}: {error}"}


def main(folder: Path) -> int:
    """Compares, and prints a line per operation and per difference."""
    policies = json.loads((folder / "policies.json").read_text())
    answers = {entry["name"]: entry for entry in policies["policy"]}
    agree: Counter[str] = Counter()
    differ: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    start = time.monotonic()
    for file in sorted(folder.rglob("*.json")):
        if file.name in NO_VECTORS:
            continue
        content = json.loads(file.read_text())
        operation = content["op"]
        for test in content["tests"]:
            if operation not in OPERATIONS:
                skipped[operation] += 1
                continue
            question, expect = dict(test["input"]), test["expect"]
            preset = test.get("preset", "spec")
            question["policy"] = preset
            if expect["verdict"] == "either":
                expect = expect["by_policy"][answers[expect["policy"]][preset]]
            got = ask(operation, question)
            difference = differs(question, expect, got)
            if difference:
                differ[operation] += 1
                print(f"{test['id']}: expected {difference}, got {json.dumps(got)[:200]}")
            else:
                agree[operation] += 1
    for operation in sorted(agree | differ):
        print(f"{operation:25} {agree[operation]:5} agree {differ[operation]:5} differ")
    for operation in sorted(skipped):
        print(f"{operation:25} {skipped[operation]:5} not offered")
    seconds = time.monotonic() - start
    print(f"{'all':25} {agree.total():5} agree {differ.total():5} differ, {seconds:.1f} s")
    return 1 if differ.total() or not agree.total() else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else VECTORS))
