"""The changes that are made, and which of them the bot has seen."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sandbox.cams import WabaState, World

# What CAMS documents, and one that it does not.
STATUSES = ("PENDING", "APPROVED", "REJECTED", "DISABLED", "DEFERRED")
# Of these WABAs the status only goes to and fro.
FLIPPING = ("APPROVED", "REJECTED")
FLIPPING_EACH = 3


@dataclass(frozen=True)
class Made:
    """A change that was made: the n-th of its space, from 1. The WABA's name tells it from all others."""

    space_id: str
    number: int
    name: str
    before: str
    after: str


@dataclass
class _Account:
    space_id: str
    label: str
    waba: WabaState
    statuses: tuple[str, ...]
    made: list[Made] = field(default_factory=list)
    seen: int = 0


class Reviews:
    """The WABAs of a world, changed one after another; each next change waits until the one before was seen.

    A status that stands only between two looks cannot be seen by anybody, so it would prove nothing.
    """

    def __init__(self, world: World, count: int, rng: random.Random) -> None:
        self._world = world
        self._rng = rng
        self._accounts = {account.space_id: account for account in map(self._open, range(1, count + 1))}

    def _open(self, number: int) -> _Account:
        space_id, label = f"cams-kill{number:04}", f"Kiosk {number:04}"
        statuses = STATUSES if number % FLIPPING_EACH else FLIPPING
        waba = WabaState(f"3055{number:011}", _name(label, 0), self._rng.choice(statuses))
        self._world.add_space(space_id, label, waba)
        return _Account(space_id, label, waba, statuses)

    @property
    def spaces(self) -> list[str]:
        return list(self._accounts)

    @property
    def made(self) -> list[Made]:
        """Every change so far, those of a space in their order."""
        return [made for account in self._accounts.values() for made in account.made]

    @property
    def seen(self) -> list[Made]:
        """The changes that the bot has recorded."""
        return [made for account in self._accounts.values() for made in account.made[: account.seen]]

    def is_unseen(self, space_id: str) -> bool:
        """Say whether the space shows something that the bot has not recorded."""
        account = self._accounts.get(space_id)
        return account is not None and account.seen < len(account.made)

    def notice(self, recorded: Mapping[str, tuple[str, str]]) -> None:
        """Take in what the bot has recorded: by space the WABA's name and its status."""
        for account in self._accounts.values():
            if account.made and recorded.get(account.space_id) == (account.made[-1].name, account.made[-1].after):
                account.seen = len(account.made)

    def baseline(self, recorded: Mapping[str, tuple[str, str]]) -> bool:
        """Say whether the bot knows all WABAs as they are."""
        now = {one.space_id: (one.waba.name, one.waba.account_review_status) for one in self._accounts.values()}
        return all(recorded.get(space_id) == known for space_id, known in now.items())

    def stir(self, share: float) -> list[Made]:
        """Change about such a share of the WABAs whose last change was seen."""
        ready = [one for one in self._accounts.values() if one.seen == len(one.made) and self._rng.random() < share]
        return [self._change(account) for account in self._shuffled(ready)]

    def _shuffled(self, accounts: Iterable[_Account]) -> list[_Account]:
        return sorted(accounts, key=lambda _: self._rng.random())

    def _change(self, account: _Account) -> Made:
        before = account.waba.account_review_status
        after = self._rng.choice([status for status in account.statuses if status != before])
        number = len(account.made) + 1
        made = Made(account.space_id, number, _name(account.label, number), before, after)
        account.waba.name = made.name
        account.made.append(made)
        self._world.review(account.space_id, after)
        return made


def _name(label: str, number: int) -> str:
    return f"{label} change {number:05}"
