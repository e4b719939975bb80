"""What a change means for one person's page.

Each is a key and a way to draw it: of two with the same key the later one alone needs to be sent, and nothing is
drawn before somebody takes it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sandbox.cams import CamsCall
from sandbox.page import cams_side, slack_side
from sandbox.page.desk import Desk
from sandbox.page.unread import Mark
from sandbox.slack import Channel, Message, User, View
from sandbox.slack.model import Json
from sandbox.slack.notices import Change

Key = tuple[str, ...]
Drawing = tuple[Key, Callable[[], Json]]


def changes(desk: Desk, user: User, change: Change) -> Iterator[Drawing]:
    """Yield what to draw anew for a person; nothing for what they do not see."""
    tell = TELLERS.get(change.kind)
    if tell is not None:
        yield from tell(desk, user, change.subject)


def _message(desk: Desk, user: User, message: Message) -> Iterator[Drawing]:
    workspace = desk.slack.workspace
    if not workspace.sees(user, message):
        return
    for kept in slack_side.files_of(workspace, message):
        yield ("file", kept.id), lambda kept=kept: {"kind": "file", "file": slack_side.file(kept)}  # type: ignore[misc] # mypy cannot infer a lambda with a default
    yield _drawn(desk, message)
    yield from _thread(desk, user, message)


def _removed(desk: Desk, user: User, message: Message) -> Iterator[Drawing]:
    if not desk.slack.workspace.sees(user, message):
        return
    said = {"kind": "message_removed", "channel": message.channel, "ts": message.ts}
    yield _message_key(message), lambda: said
    yield from _thread(desk, user, message)


def _thread(desk: Desk, user: User, reply: Message) -> Iterator[Drawing]:
    """The message that a reply belongs to counts one more, or one less."""
    workspace = desk.slack.workspace
    first = workspace.timeline.get(reply.channel, reply.thread_ts)
    if first is not None and workspace.sees(user, first):
        yield _drawn(desk, first)


def _drawn(desk: Desk, message: Message) -> Drawing:
    workspace = desk.slack.workspace
    return _message_key(message), lambda: {"kind": "message", "message": slack_side.message(workspace, message)}


def _message_key(message: Message) -> Key:
    return ("message", message.channel, message.ts)


def _view(desk: Desk, user: User, view: View) -> Iterator[Drawing]:
    modals = desk.slack.workspace.modals
    if view.user != user.id:
        return
    if view.type == "home":
        yield ("home",), lambda: {"kind": "home", "view": slack_side.view(modals.home(user.id))}
    else:
        yield (
            ("view",),
            lambda: {"kind": "view", "view": slack_side.view(modals.top(user.id)), "depth": modals.depth(user.id)},
        )


def _channel(desk: Desk, user: User, channel: Channel) -> Iterator[Drawing]:
    workspace = desk.slack.workspace
    if workspace.may_see(user, channel):
        drawn = slack_side.channel
        yield (
            ("channel", channel.id),
            lambda: {"kind": "channel", "channel": drawn(workspace, desk.unread, user, channel)},
        )
        yield from _names(desk, user, None)


def _names(desk: Desk, user: User, _subject: object) -> Iterator[Drawing]:
    yield ("names",), lambda: {"kind": "names", "names": slack_side.names(desk.slack.workspace, user)}


def _app(desk: Desk, _user: User, _subject: object) -> Iterator[Drawing]:
    yield ("app",), lambda: {"kind": "app", "app": slack_side.app(desk.slack)}


def _unread(desk: Desk, user: User, mark: Mark) -> Iterator[Drawing]:
    if mark.user == user.id:
        place = mark.channel
        yield (
            ("unread", place),
            lambda: {"kind": "unread", "channel": place, "unread": desk.unread.count(user.id, place)},
        )


def _call(desk: Desk, _user: User, call: CamsCall) -> Iterator[Drawing]:
    yield (
        ("call", str(call.id)),
        lambda: {"kind": "call", "call": cams_side.call(call), "quota": cams_side.quota(desk.cams.quota, desk.now())},
    )


def _quota(desk: Desk, _user: User, _subject: object) -> Iterator[Drawing]:
    yield ("quota",), lambda: {"kind": "quota", "quota": cams_side.quota(desk.cams.quota, desk.now())}


def _cams(desk: Desk, _user: User, _subject: object) -> Iterator[Drawing]:
    yield ("cams",), lambda: {"kind": "cams", "cams": cams_side.world(desk.cams.world)}


def _weather(desk: Desk, _user: User, _subject: object) -> Iterator[Drawing]:
    yield ("weather",), lambda: {"kind": "weather", "weather": desk.weather.shown()}


# view_filled is missing on purpose: whoever types knows what, and a form drawn anew loses the cursor.
TELLERS: Mapping[str, Callable[[Desk, User, Any], Iterator[Drawing]]] = {
    "message": _message,
    "message_changed": _message,
    "message_deleted": _removed,
    "view_opened": _view,
    "view_updated": _view,
    "view_errors": _view,
    "view_closed": _view,
    "channel": _channel,
    "user": _names,
    "group": _names,
    "socket_opened": _app,
    "socket_closed": _app,
    "request_url": _app,
    "unread": _unread,
    "call": _call,
    "quota": _quota,
    "cams": _cams,
    "weather": _weather,
}
