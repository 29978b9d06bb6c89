"""The two ways in which a question ends without a result."""


class Reject(Exception):
    """The input violates a clause: the model's own verdict."""

    def __init__(self, clause: str, message: str = "") -> None:
        super().__init__(f"{clause}: {message}" if message else clause)
        self.clause = clause
        self.message = message


class BadQuestion(Exception):
    """The question isn't as the protocol says. This is an error of whoever asks, not a verdict."""


def require(condition: bool, clause: str, message: str = "") -> None:
    """Rejects with `clause` unless `condition` holds."""
    if not condition:
        raise Reject(clause, message)
