"""Switches for what goes wrong, at Slack and at CAMS."""

from collections.abc import Callable, Sequence

from sandbox.cams import Fault as CamsFault
from sandbox.cams import LocalCams, PushFault, PushFaultKind
from sandbox.page.switches import ChannelSwitch, FaultSwitch, Label, MomentSwitch, Switch
from sandbox.slack import Fault as SlackFault
from sandbox.slack import LocalSlack
from sandbox.slack.limits import POST_BURST, post_limit
from sandbox.slack.model import Json
from sandbox.slack.web_api import ApiCall

# How long a caller has to wait who is told to, and how long one waits who is not told anything.
RETRY_AFTER_SECONDS = 2.0
HANG_SECONDS = 20.0
SLOW_SECONDS = 3.0
ARCHIVED = frozenset({"is_archived", "is_inactive", "posting_to_channel_denied"})
REMOVED = frozenset({"not_in_channel", "channel_not_found"})


class Weather:
    """All switches of a local Slack and a local CAMS."""

    def __init__(self, slack: LocalSlack, cams: LocalCams) -> None:
        self._slack, self._cams = slack, cams
        self._channels = _channel_switches(slack)
        switches = [*_slack_faults(slack), *_moments(slack), *self._channels, *_cams_faults(cams), *_push_faults(cams)]
        self.switches: dict[str, Switch] = {switch.label.id: switch for switch in switches}

    def called(self, call: ApiCall) -> bool:
        """Hear of a Web API call; say whether a switch has made it fail that no fault stands behind."""
        return sum(switch.called(call) for switch in self._channels) > 0

    async def clear(self) -> None:
        """Make it fair: every switch off, and every fault gone, whoever has planted it."""
        for switch in self.switches.values():
            await switch.turn(False)
        self._slack.faults.clear()
        self._cams.faults.clear()
        self._cams.callbacks.faults.clear()

    def shown(self) -> list[Json]:
        return [switch.shown() for switch in self.switches.values()]


# What a switch is called, its words, its hint, and the fault that it plants.
SlackRow = tuple[str, str, str, Callable[[], SlackFault]]
CamsRow = tuple[str, str, str, Callable[[], CamsFault]]

SLACK_FAULTS: Sequence[SlackRow] = (
    (
        "rate-limit",
        "Answer 429",
        f"Every call is refused with Retry-After: {RETRY_AFTER_SECONDS:g}",
        lambda: SlackFault("rate_limited", seconds=RETRY_AFTER_SECONDS),
    ),
    ("error", "Answer 500", "Every call is answered with an error page", lambda: SlackFault("server_error")),
    (
        "error-after",
        "Answer 500 after the work",
        "Every call is done, and answered with an error page",
        lambda: SlackFault("server_error_after"),
    ),
    (
        "flaky",
        "Answer 500 now and then",
        "One call in three is answered with an error page",
        lambda: SlackFault("server_error", share=1 / 3),
    ),
    (
        "cut-after",
        "Cut the line after the work",
        "No answer, but it was done",
        lambda: SlackFault("cut_after"),
    ),
    (
        "hang",
        "Hang",
        f"Every call is answered after {HANG_SECONDS:g} seconds",
        lambda: SlackFault("hang", seconds=HANG_SECONDS),
    ),
)


def _slack_faults(slack: LocalSlack) -> list[Switch]:
    limit = (
        "post-limit",
        "Limit posts",
        f"One message a second and channel, {POST_BURST} at once; more are refused with 429",
        lambda: post_limit(slack.workspace.clock),
    )
    return [_slack_fault(slack, row) for row in (*SLACK_FAULTS, limit)]


def _slack_fault(slack: LocalSlack, row: SlackRow) -> Switch:
    name, label, hint, make = row
    words = Label(f"slack-{name}", "slack", label, hint)
    faults = slack.faults
    return FaultSwitch(words, make, faults.add, faults.clear, lambda fault: fault in faults.on)


def _moments(slack: LocalSlack) -> list[Switch]:
    async def drop() -> None:
        slack.socket.drop()

    refresh = Label(
        "slack-refresh", "slack", "Refresh the socket", "Slack asks the app to connect anew, as it often does"
    )
    cut = Label("slack-drop", "slack", "Drop the socket", "The connection is cut without a word")
    return [MomentSwitch(refresh, slack, slack.socket.disconnect), MomentSwitch(cut, slack, drop)]


def _channel_switches(slack: LocalSlack) -> list[ChannelSwitch]:
    app = frozenset({slack.workspace.app.user})
    archive = Label("slack-archive", "slack", "Archive #shop", "Nothing can be posted there; off brings it back")
    remove = Label("slack-remove", "slack", "Remove the app from #shop", "The app is no member; off brings it back")
    return [
        ChannelSwitch(
            archive,
            slack,
            lambda channel: channel.is_archived,
            lambda _, on: {"is_archived": on},
            ARCHIVED,
        ),
        ChannelSwitch(
            remove,
            slack,
            lambda channel: not app <= channel.members,
            lambda channel, on: {"members": channel.members - app if on else channel.members | app},
            REMOVED,
        ),
    ]


CAMS_FAULTS: Sequence[CamsRow] = (
    ("throttle", "Throttle", "Every call is over the quota", lambda: CamsFault("throttled")),
    (
        "slow",
        "Be slow",
        f"Every answer comes {SLOW_SECONDS:g} seconds late",
        lambda: CamsFault("latency", seconds=SLOW_SECONDS),
    ),
    ("cut-before", "Cut the line before the work", "No answer, and nothing was done", lambda: CamsFault("cut_before")),
    ("cut-after", "Cut the line after the work", "No answer, but it was done", lambda: CamsFault("cut_after")),
    (
        "truncated",
        "Break off the answer",
        "Half an answer, and the line is cut; the work was done",
        lambda: CamsFault("truncated"),
    ),
    (
        "drip",
        "Answer drop by drop",
        f"The answer takes {HANG_SECONDS:g} seconds to arrive",
        lambda: CamsFault("drip", seconds=HANG_SECONDS),
    ),
    ("hang", "Hang", "No answer, and nothing is done, until this is switched off", lambda: CamsFault("hang")),
    ("garbage", "Answer garbage", "A page of HTML with status 200", lambda: CamsFault("garbage")),
    (
        "deny",
        "Deny permission",
        "The AccessKey may not do this",
        lambda: CamsFault("refusal", code="Ram.PermissionDeny"),
    ),
    ("error", "Answer 500", "Every call ends in InternalError", lambda: CamsFault("error")),
    ("unavailable", "Answer 503", "Every call ends in ServiceUnavailable", lambda: CamsFault("unavailable")),
)


def _cams_faults(cams: LocalCams) -> list[Switch]:
    return [_cams_fault(cams, row) for row in CAMS_FAULTS]


def _cams_fault(cams: LocalCams, row: CamsRow) -> Switch:
    name, label, hint, make = row
    words = Label(f"cams-{name}", "cams", label, hint)
    faults = cams.faults
    return FaultSwitch(words, make, faults.add, faults.remove, lambda fault: fault in faults.planted)


def _push_faults(cams: LocalCams) -> list[Switch]:
    faults = cams.callbacks.faults

    def switch(kind: PushFaultKind, label: str, hint: str, seconds: float = 0.0) -> Switch:
        words = Label(f"push-{kind.replace('_', '-')}", "cams", label, hint)
        return FaultSwitch(
            words, lambda: PushFault(kind, seconds), faults.add, faults.remove, lambda fault: fault in faults.planted
        )

    late = f"{HANG_SECONDS:g} seconds"
    return [
        switch("delayed", "Push late", f"Every callback comes {late} late", HANG_SECONDS),
        switch("doubled", "Push twice", "Every callback comes twice"),
        switch("reordered", "Push in disorder", f"A callback waits for the next one, or {late}", HANG_SECONDS),
        switch("lost", "Lose pushes", "No callback comes"),
        switch("malformed", "Push garbage", "Every callback is cut in half"),
        switch("wrong_secret", "Guess the address", "Beside each callback comes a forgery to a wrong address"),
        switch("unknown_waba", "Forge a WABA", "Beside each callback comes a forgery about a WABA of nobody's"),
        switch("wrong_status", "Forge a status", "Beside each callback comes a forgery with another status"),
    ]
