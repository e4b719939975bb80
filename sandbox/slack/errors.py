"""How things are refused.

* SlackError          the Web API says no: `ok: false` with an error code
* CannotActError      a person was told to do what the screen does not offer: a mistake in a test or a tour
"""

from collections.abc import Sequence
from typing import Any


class SlackError(Exception):
    """A refusal by the Web API; `extra` joins the answer's body (needed, provided, response_metadata, ...)."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra


class CannotActError(Exception):
    """Nothing on the person's screen can be used that way."""


def invalid_arguments(messages: Sequence[str]) -> SlackError:
    """Return the refusal that says what is wrong with which argument, in Slack's form."""
    return SlackError("invalid_arguments", response_metadata={"messages": list(messages)})
