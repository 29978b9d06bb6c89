"""The operations of the protocol: from JSON to the model and back."""

from typing import Any

from ..policy import PRESETS
from ..verdict import BadQuestion

# Each family registers its own.
from . import certified, data, identity, signed
from .registry import OPERATIONS, Json

__all__ = ["OPERATIONS", "answer", "certified", "data", "identity", "signed"]


def answer(name: str, question: Any) -> Json:
    """The result of an operation. Raises Reject or BadQuestion."""
    if not isinstance(question, dict):
        raise BadQuestion("the input is no object")
    preset = question.get("policy", "spec")
    if preset not in PRESETS:
        raise BadQuestion("unknown preset")
    rest = {key: value for key, value in question.items() if key != "policy"}
    return OPERATIONS[name](rest, PRESETS[preset])
