"""What goes to an app, and what comes back of it."""

from dataclasses import dataclass, field
from typing import Literal

from sandbox.slack.model import Json

Kind = Literal["slash_commands", "interactive", "events_api"]

# What Slack calls it, in its own words to the person: no answer in time, and an answer that is none.
TIMED_OUT = "operation_timeout"
FAILED = "dispatch_failed"


@dataclass(frozen=True)
class Parcel:
    """A payload for the app. `may_answer` says whether the acknowledgement may carry something back."""

    kind: Kind
    payload: Json
    may_answer: bool = True
    retry_attempt: int = 0
    retry_reason: str = ""


@dataclass(frozen=True)
class Receipt:
    """How the app took a parcel: `problem` is empty, TIMED_OUT or FAILED; `payload` came with the answer.

    `is_final` says that the app, in failing, has asked not to be sent the event again.
    """

    problem: str = ""
    payload: Json = field(default_factory=dict)
    is_final: bool = False
