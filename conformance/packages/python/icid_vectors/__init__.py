"""The conformance vectors for Internet Computer identity."""

import hashlib
import json
from pathlib import Path

__all__ = ["clauses", "digest", "files", "folder", "ids", "policies"]

#: Where the files are: ``<operation>/<topic>.json``, ``clauses.json``, ``policies.json``, ``ids.lock``.
folder = Path(__file__).resolve().parent / "data"


def _paths():
    paths = (path.relative_to(folder).as_posix() for path in folder.glob("*/**/*.json"))
    return sorted(paths, key=str.encode)


def files():
    """Yields the path and the content of every vector file, in the order of the paths."""
    for path in _paths():
        yield path, _read(path)


def clauses():
    """Returns all clauses of the specification."""
    return _read("clauses.json")


def policies():
    """Returns the questions that the specification leaves open."""
    return _read("policies.json")


def ids():
    """Returns the ids of all vectors, as they are locked."""
    lines = (folder / "ids.lock").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def digest():
    """Returns the SHA-256 that names the suite in every report."""
    listed = hashlib.sha256()
    for path in _paths():
        inner = hashlib.sha256((folder / path).read_bytes()).hexdigest()
        listed.update(f"{inner}  {path}\n".encode())
    return listed.hexdigest()


def _read(path):
    return json.loads((folder / path).read_text(encoding="utf-8"))
