"""What the page stands on: both services, what is unread, the weather, and one ear for all that happens."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Self

from sandbox.cams import CamsCall, LocalCams
from sandbox.listeners import Listeners
from sandbox.page.unread import Mark, Unread
from sandbox.page.weather import Weather
from sandbox.slack import LocalSlack, Message, User
from sandbox.slack.notices import Change
from sandbox.slack.web_api import ApiCall

# A little more than the second after which a used permit is free again.
QUOTA_SECONDS = 1.05


class Desk:
    """Passes on what both services tell, with words of its own: call, quota, cams, weather, unread."""

    def __init__(self, slack: LocalSlack, cams: LocalCams) -> None:
        self.slack = slack
        self.cams = cams
        self.unread = Unread(slack.workspace)
        self.weather = Weather(slack, cams)
        self._listeners: Listeners[Change] = Listeners()
        self._settling: asyncio.TimerHandle | None = None

    @contextmanager
    def listening(self) -> Iterator[Self]:
        """Hear of everything until the end of the block."""
        with ExitStack() as stack:
            for stop in (
                self.slack.workspace.notices.listen(self._slack_changed),
                self.slack.faults.listen(lambda _: self._tell("weather")),
                self.cams.faults.listen(lambda _: self._tell("weather")),
                self.cams.callbacks.faults.listen(lambda _: self._tell("weather")),
                self.cams.world.listen(lambda _: self._tell("cams")),
                self.cams.calls.listen(self._called),
            ):
                stack.callback(stop)
            yield self

    def listen(self, listener: Callable[[Change], None]) -> Callable[[], None]:
        """Call `listener` at every change; the function returned ends it."""
        return self._listeners.add(listener)

    def now(self) -> float:
        """Return the second on the clock by which CAMS counts its quota."""
        return asyncio.get_running_loop().time()

    def read(self, user: User, channel: str) -> None:
        """A person has read a channel."""
        self._marked(self.unread.read(user.id, channel))

    def weather_changed(self) -> None:
        """A switch was used that nothing else tells of."""
        self._tell("weather")

    def _tell(self, kind: str, subject: object = None) -> None:
        self._listeners.tell(Change(kind, subject))

    def _marked(self, marks: list[Mark]) -> None:
        for mark in marks:
            self._tell("unread", mark)

    def _slack_changed(self, change: Change) -> None:
        self._listeners.tell(change)
        match change.kind, change.subject:
            case "message", Message() as message:
                self._marked(self.unread.arrived(message))
            case "message_deleted", Message() as message:
                self._marked(self.unread.gone(message))
            case "channel", _:
                self._tell("weather")
            case "api_call", ApiCall() as call if self.weather.called(call):
                self._tell("weather")

    def _called(self, call: CamsCall) -> None:
        self._tell("call", call)
        if self._settling is not None:
            self._settling.cancel()
        self._settling = asyncio.get_running_loop().call_later(QUOTA_SECONDS, self._tell, "quota")
