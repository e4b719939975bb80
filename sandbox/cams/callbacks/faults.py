"""What goes wrong between CAMS and who is called back, on demand."""

from dataclasses import dataclass
from typing import Literal

from sandbox.cams.faults import FaultBook, Strike

Forgery = Literal["wrong_secret", "unknown_waba", "wrong_status"]
PushFaultKind = Literal["delayed", "doubled", "reordered", "lost", "malformed", Forgery]


@dataclass(eq=False)
class PushFault(Strike):
    """One thing that goes wrong with the next `count` pushes. All that are in force strike together.

    delayed      pushed `seconds` late
    doubled      pushed twice
    reordered    its items turned round, and held back until another push was tried, or for `seconds`
    lost         never pushed
    malformed    half of the body
    And beside the push another, by somebody who is not CAMS, once:
    wrong_secret to the right address, but for the end of its path
    unknown_waba about a WABA that nobody has
    wrong_status about the right WABA, with a status that it has not
    """

    kind: PushFaultKind
    seconds: float = 1.0


class PushFaults(FaultBook[PushFault]):
    """The faults of the callbacks."""
