"""Switches that a person turns on a page: each is something that goes wrong while it is on."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any, Generic, Literal, Protocol, TypeVar

from sandbox.slack import Channel, LocalSlack
from sandbox.slack.model import Json
from sandbox.slack.web_api import ApiCall


class AnyFault(Protocol):
    """What faults of both sides have."""

    hits: int
    latest: str


FaultT = TypeVar("FaultT", bound=AnyFault)


@dataclass(frozen=True)
class Label:
    """What a switch says of itself."""

    id: str
    side: Literal["slack", "cams"]
    label: str
    hint: str


class Switch(ABC):
    """Something that goes wrong while it is on; a momentary one goes wrong once each time it is switched on."""

    is_momentary = False

    def __init__(self, label: Label) -> None:
        self.label = label

    @property
    @abstractmethod
    def on(self) -> bool:
        """Whether it goes wrong now."""

    @property
    @abstractmethod
    def hits(self) -> int:
        """How many calls or connections it has hit since it was last switched on."""

    @property
    def latest(self) -> str:
        """What it has hit last, by name."""
        return ""

    @abstractmethod
    async def turn(self, on: bool) -> None:
        """Switch it on or off."""

    def shown(self) -> Json:
        """Return it as the page shows it."""
        how = {"on": self.on, "hits": self.hits, "latest": self.latest, "momentary": self.is_momentary}
        return {**asdict(self.label), **how}


class FaultSwitch(Switch, Generic[FaultT]):
    """A fault of one side's book of faults; what was hit stays to be read when it is off again."""

    def __init__(
        self,
        label: Label,
        make: Callable[[], FaultT],
        add: Callable[[FaultT], FaultT],
        remove: Callable[[FaultT], None],
        is_on: Callable[[FaultT], bool],
    ) -> None:
        super().__init__(label)
        self._make, self._add, self._remove, self._is_on = make, add, remove, is_on
        self._fault: FaultT | None = None

    @property
    def on(self) -> bool:
        return self._fault is not None and self._is_on(self._fault)

    @property
    def hits(self) -> int:
        return self._fault.hits if self._fault else 0

    @property
    def latest(self) -> str:
        return self._fault.latest if self._fault else ""

    async def turn(self, on: bool) -> None:
        if on and not self.on:
            self._fault = self._add(self._make())
        elif not on and self._fault is not None:
            self._remove(self._fault)


class ChannelSwitch(Switch):
    """A state of #shop in which the app cannot write; `errors` are the codes that calls are refused with then."""

    def __init__(
        self,
        label: Label,
        slack: LocalSlack,
        is_on: Callable[[Channel], bool],
        changes: Callable[[Channel, bool], dict[str, Any]],
        errors: frozenset[str],
    ) -> None:
        super().__init__(label)
        self._slack, self._is_on, self._changes, self._errors = slack, is_on, changes, errors
        # By its ID, since people may give it another name.
        self._channel_id = slack.channel("#shop").id
        self._hits = 0
        self._latest = ""

    @property
    def _channel(self) -> Channel:
        return self._slack.channel(self._channel_id)

    @property
    def on(self) -> bool:
        return self._is_on(self._channel)

    @property
    def hits(self) -> int:
        return self._hits

    @property
    def latest(self) -> str:
        return self._latest

    async def turn(self, on: bool) -> None:
        if on and not self.on:
            self._hits, self._latest = 0, ""
        if on != self.on:
            self._slack.workspace.change_channel(self._channel, **self._changes(self._channel, on))

    def called(self, call: ApiCall) -> bool:
        """Count a call that this has made fail, and say whether it is one."""
        hit = self.on and call.error in self._errors
        if hit:
            self._hits += 1
            self._latest = call.method
        return hit


class MomentSwitch(Switch):
    """Something that happens to the connections of the app at once."""

    is_momentary = True

    def __init__(self, label: Label, slack: LocalSlack, act: Callable[[], Awaitable[None]]) -> None:
        super().__init__(label)
        self._slack, self._act = slack, act
        self._hits = 0

    @property
    def on(self) -> bool:
        return False

    @property
    def hits(self) -> int:
        return self._hits

    async def turn(self, on: bool) -> None:
        if on:
            self._hits += len(self._slack.socket.connections)
            await self._act()
