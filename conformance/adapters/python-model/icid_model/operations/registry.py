"""How operations are registered.

Each function takes the input without `policy`, and the policy. It returns what stands under `ok`.
"""

from collections.abc import Callable
from typing import Any

from ..policy import Policy
from ..values import fields

Json = dict[str, Any]
Operation = Callable[[Json, Policy], Json]
OPERATIONS: dict[str, Operation] = {}


def operation(
    name: str, required: tuple[str, ...], optional: tuple[str, ...] = ()
) -> Callable[[Operation], Operation]:
    """Registers a function as an operation with these fields."""

    def register(function: Operation) -> Operation:
        def run(question: Json, policy: Policy) -> Json:
            return function(fields(question, required, optional), policy)

        OPERATIONS[name] = run
        return function

    return register
