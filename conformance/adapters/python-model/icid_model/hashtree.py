"""Hash trees: decoding, root hash, lookup, well-formedness, pruning (TREE, LOOKUP, CERT-7 to 10).

The functions are those of the specification, in its words where Python allows it.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from . import cbor
from .verdict import Reject, require

MAX_LEVELS = 256  # labels and forks on one way down, policy tree.levels


def _domain(name: str) -> bytes:
    return bytes([len(name)]) + name.encode()


def _sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


class Tree:
    """Empty, Fork, Labeled, Leaf or Pruned."""

    @property
    def hash(self) -> bytes:
        """The reconstructed root hash."""
        raise NotImplementedError


class Empty(Tree):
    """No values."""

    @cached_property
    def hash(self) -> bytes:
        """TREE-1."""
        return _sha256(_domain("ic-hashtree-empty"))


@dataclass
class Fork(Tree):
    """Two trees side by side."""

    left: Tree
    right: Tree

    @cached_property
    def hash(self) -> bytes:
        """TREE-2."""
        return _sha256(_domain("ic-hashtree-fork"), self.left.hash, self.right.hash)


@dataclass
class Labeled(Tree):
    """A tree below a label."""

    label: bytes
    below: Tree

    @cached_property
    def hash(self) -> bytes:
        """TREE-3."""
        return _sha256(_domain("ic-hashtree-labeled"), self.label, self.below.hash)


@dataclass
class Leaf(Tree):
    """A value."""

    value: bytes

    @cached_property
    def hash(self) -> bytes:
        """TREE-4."""
        return _sha256(_domain("ic-hashtree-leaf"), self.value)


@dataclass
class Pruned(Tree):
    """The hash of a tree that isn't shown."""

    digest: bytes

    @property
    def hash(self) -> bytes:
        """TREE-5."""
        return self.digest


def _string(item: cbor.Item) -> bytes:
    require(item.kind == "bytes", "CERT-9", f"{item.kind} for a byte string")
    return bytes(item.value)


def from_item(item: cbor.Item, levels: int = 0) -> Tree:
    """CERT-9, CERT-10, and the budget of TREE-12."""
    require(levels <= MAX_LEVELS, "TREE-12", "too many levels")
    require(item.kind == "array", "CERT-9", f"{item.kind} for a tree")
    parts: list[cbor.Item] = item.value
    require(len(parts) > 0 and parts[0].kind == "uint", "CERT-9", "no kind of node")
    kind, rest = parts[0].value, parts[1:]
    arity = {0: 0, 1: 2, 2: 2, 3: 1, 4: 1}
    require(arity.get(kind) == len(rest), "CERT-9", f"node of kind {kind} with {len(rest)} parts")
    if kind == 0:
        return Empty()
    if kind == 1:
        return Fork(from_item(rest[0], levels + 1), from_item(rest[1], levels + 1))
    if kind == 2:
        return Labeled(_string(rest[0]), from_item(rest[1], levels + 1))
    if kind == 3:
        return Leaf(_string(rest[0]))
    digest = _string(rest[0])
    require(len(digest) == 32, "CERT-10", f"a hash of {len(digest)} bytes")
    return Pruned(digest)


def decode(data: bytes) -> Tree:
    """A bare tree, without a tag."""
    try:
        item = cbor.decode(data)
    except cbor.Malformed as error:
        raise Reject("CERT-9", str(error)) from error
    except cbor.TooDeep as error:
        raise Reject("TREE-12", "too many levels") from error
    return from_item(item)


def encode(tree: Tree) -> bytes:
    """The CBOR of a tree."""

    def value(node: Tree) -> list[object]:
        if isinstance(node, Fork):
            return [1, value(node.left), value(node.right)]
        if isinstance(node, Labeled):
            return [2, node.label, value(node.below)]
        if isinstance(node, Leaf):
            return [3, node.value]
        if isinstance(node, Pruned):
            return [4, node.hash]
        return [0]

    return cbor.write(value(tree))


# Lookup. A result is ("found", value), ("absent", None), ("unknown", None) or ("error", None).

Result = tuple[str, bytes | None]


def flatten_forks(tree: Tree) -> list[Tree]:
    """LOOKUP-3: left before right, without empty trees."""
    if isinstance(tree, Empty):
        return []
    if isinstance(tree, Fork):
        return flatten_forks(tree.left) + flatten_forks(tree.right)
    return [tree]


def find_label(label: bytes, forest: list[Tree]) -> Tree | str:
    """LOOKUP-4 to LOOKUP-10: the tree below the label, "absent" or "unknown"."""
    for tree in forest:
        if isinstance(tree, Labeled) and tree.label == label:
            return tree.below
    for one, next_one in pairwise(forest):
        if not isinstance(one, Labeled) or not isinstance(next_one, Labeled):
            continue
        if one.label < label < next_one.label:
            return "absent"
    if forest and isinstance(forest[0], Labeled) and label < forest[0].label:
        return "absent"
    if forest and isinstance(forest[-1], Labeled) and forest[-1].label < label:
        return "absent"
    if len(forest) == 1 and isinstance(forest[0], Leaf):
        return "absent"
    if not forest:
        return "absent"
    return "unknown"


def subtree(path: list[bytes], tree: Tree) -> Tree | str:
    """The tree below a path, "absent" or "unknown"."""
    for label in path:
        found = find_label(label, flatten_forks(tree))
        if isinstance(found, str):
            return found
        tree = found
    return tree


def lookup(path: list[bytes], tree: Tree) -> Result:
    """LOOKUP-1, LOOKUP-2."""
    found = subtree(path, tree)
    if isinstance(found, str):
        return found, None
    if isinstance(found, Empty):
        return "absent", None
    if isinstance(found, Leaf):
        return "found", found.value
    if isinstance(found, Pruned):
        return "unknown", None
    return "error", None


def found_value(path: list[bytes], tree: Tree) -> bytes | None:
    """The value at a path, or None whatever the reason."""
    result, value = lookup(path, tree)
    return value if result == "found" else None


def lookup_prefix(path: list[bytes], tree: Tree) -> list[bytes]:
    """LOOKUP-11: the values of all paths that start with `path`, in the order of the tree."""
    below = subtree(path, tree)
    return [] if isinstance(below, str) else _values(below)


def _values(tree: Tree) -> list[bytes]:
    if isinstance(tree, Leaf):
        return [tree.value]
    values: list[bytes] = []
    seen: set[bytes] = set()
    for member in flatten_forks(tree):
        # Only the first of equal labels is ever found.
        if isinstance(member, Labeled) and member.label not in seen:
            seen.add(member.label)
            values += _values(member.below)
    return values


def well_formed(tree: Tree) -> bool:
    """TREE-9, TREE-10."""
    if isinstance(tree, Leaf):
        return True
    forest = flatten_forks(tree)
    labels = [member.label for member in forest if isinstance(member, Labeled)]
    return (
        all(one < next_one for one, next_one in pairwise(labels))
        and not any(isinstance(member, Leaf) for member in forest)
        and all(well_formed(member.below) for member in forest if isinstance(member, Labeled))
    )


def prune(tree: Tree, paths: list[list[bytes]]) -> Tree:
    """CERT-7: everything is pruned whose absence changes the result of no listed path."""
    wanted = [lookup(path, tree) for path in paths]

    def shrink(node: Tree, whole: Callable[[Tree], Tree]) -> Tree:
        if isinstance(node, (Empty, Pruned)):
            return node
        stub = Pruned(node.hash)
        pruned = whole(stub)
        if [lookup(path, pruned) for path in paths] == wanted:
            return stub
        if isinstance(node, Labeled):
            return Labeled(node.label, shrink(node.below, lambda n: whole(Labeled(node.label, n))))
        if isinstance(node, Fork):
            left = shrink(node.left, lambda n: whole(Fork(n, node.right)))
            return Fork(left, shrink(node.right, lambda n: whole(Fork(left, n))))
        return node

    return shrink(tree, lambda node: node)
