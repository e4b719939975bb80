"""What a review status means for who runs the account, and what to do about it.

PENDING, APPROVED, REJECTED and DISABLED are documented (QueryChatappBindWaba); DEFERRED and VERIFIED have been seen.
Any other is shown as CAMS writes it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """One status in words. `emoji` is a name as Slack knows it; the higher its `severity`, the worse it is."""

    emoji: str
    words: str
    sending: str
    next_step: str
    severity: int


WELL = 0
_UNDECIDED = 1
_UNKNOWN = 2
_IN_REVIEW = (
    "Check that Meta's business verification is done, the business information is whole, the website is live over "
    "https, and the display name and profile are filled in; reviews that lack one of these get stuck."
)

MEANINGS = {
    "APPROVED": Meaning(
        "white_check_mark", "Meta has approved this account.", "It may send messages.", "Nothing is to be done.", WELL
    ),
    "PENDING": Meaning(
        "hourglass_flowing_sand",
        "Meta has not decided on this account yet.",
        "It may not send until Meta has decided.",
        _IN_REVIEW,
        _UNDECIDED,
    ),
    "REJECTED": Meaning(
        "no_entry",
        "Meta has rejected this account.",
        "It may not send messages.",
        "Open Meta's Business Support Home, read the reason, mend what it names and ask for another review.",
        3,
    ),
    "DISABLED": Meaning(
        "no_entry",
        "This account is switched off.",
        "It may not send messages.",
        "Open Meta's Business Support Home and appeal; stop campaigns of its numbers until it is answered.",
        4,
    ),
    "DEFERRED": Meaning(
        "hourglass_flowing_sand",
        "Meta has put its decision off.",
        "It may not send until Meta has decided.",
        _IN_REVIEW,
        _UNDECIDED,
    ),
    "VERIFIED": Meaning(
        "white_check_mark",
        "This account is verified.",
        "It likely may send messages.",
        "Look in the console that its numbers are connected.",
        WELL,
    ),
}


def meaning(status: str) -> Meaning:
    """Return what a status means; one that nobody has described says so."""
    return MEANINGS.get(status) or Meaning(
        "warning",
        "This bot does not know this status.",
        "Whether it may send is not known.",
        "Open the console and look what it says there.",
        _UNKNOWN,
    )


WELL_STATUSES = frozenset(status for status, means in MEANINGS.items() if means.severity == WELL)


def is_well(status: str) -> bool:
    """Whether there is nothing to worry about: what is not known to be well is not."""
    return meaning(status).severity == WELL


def is_undecided(status: str) -> bool:
    """Whether Meta has yet to decide, which may get stuck."""
    return meaning(status).severity == _UNDECIDED
