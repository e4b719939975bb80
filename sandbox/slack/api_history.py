"""conversations.history, conversations.replies."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence

from sandbox.slack.api_conversations import type_of
from sandbox.slack.call import Call, Method
from sandbox.slack.errors import SlackError
from sandbox.slack.model import Channel, Json, Message
from sandbox.slack.objects import THREAD_BROADCAST, message_object

HISTORY_SCOPES = {
    "public_channel": "channels:history",
    "private_channel": "groups:history",
    "mpim": "mpim:history",
    "im": "im:history",
}
# https://docs.slack.dev/reference/methods/conversations.history and conversations.replies: what comes, and at most.
HISTORY_LIMITS = (100, 999)
REPLIES_LIMITS = (1000, 1000)
CURSOR = "next_ts:"
TS = re.compile(r"\d{1,12}(\.\d{1,6})?", re.ASCII)


def history(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.history: newest first, of threads the first messages."""
    channel = _readable(call)
    start, is_within = _cursor(call), _window(call)
    shown = [
        message
        for message in reversed(call.workspace.timeline.in_channel(channel.id))
        if _is_in_channel(message) and is_within(message) and (not start or message.ts <= start)
    ]
    return _page(call, shown, HISTORY_LIMITS) | {"pin_count": 0, "channel_actions_ts": None, "channel_actions_count": 0}


def replies(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/conversations.replies: a thread from its first message on.

    `ts` may be that of a reply as well.
    """
    ts = call.required("channel", "ts")[1]
    channel = _readable(call)
    named = call.workspace.timeline.get(channel.id, ts)
    if named is None or named.ephemeral_to:
        raise SlackError("thread_not_found")
    begun = call.workspace.timeline.get(channel.id, named.thread_ts) if named.is_reply else named
    thread = [begun or named, *call.workspace.timeline.replies(begun or named)]
    start, is_within = _cursor(call), _window(call)
    shown = [one for one in thread if one.ts >= start and (one is thread[0] or is_within(one))]
    return _page(call, shown, REPLIES_LIMITS)


def _readable(call: Call) -> Channel:
    """Return a conversation whose messages the app may read. Raises SlackError as its two methods do."""
    channel = call.conversation(call.required("channel")[0])
    call.demand_scope(HISTORY_SCOPES[type_of(channel)])
    if call.workspace.app.user not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _is_in_channel(message: Message) -> bool:
    is_shown = not message.is_reply or message.subtype == THREAD_BROADCAST
    return is_shown and not message.ephemeral_to


def _window(call: Call) -> Callable[[Message], bool]:
    """Return what says of a message whether it lies between `oldest` and `latest`; with `inclusive` the ends do."""
    oldest, latest, inclusive = _moment(call, "oldest"), _moment(call, "latest"), call.flag("inclusive")

    def is_within(message: Message) -> bool:
        if inclusive and message.ts in {oldest, latest}:
            return True
        return message.ts > oldest and (not latest or message.ts < latest)

    return is_within


def _moment(call: Call, name: str) -> str:
    """Return a time as a ts, empty where there is none. Raises SlackError invalid_ts_<name>."""
    given = call.text(name)
    if given in {"", "0"}:
        return ""
    if not TS.fullmatch(given):
        raise SlackError(f"invalid_ts_{name}")
    seconds, _, fraction = given.partition(".")
    return f"{seconds:0>10}.{fraction:0<6}"


def _cursor(call: Call) -> str:
    """Return the ts with which the page begins. Raises SlackError invalid_cursor."""
    given = call.text("cursor")
    if not given:
        return ""
    try:
        said = base64.b64decode(given, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError) as exc:
        raise SlackError("invalid_cursor") from exc
    if not said.startswith(CURSOR) or not TS.fullmatch(said.removeprefix(CURSOR)):
        raise SlackError("invalid_cursor")
    return said.removeprefix(CURSOR)


def _page(call: Call, messages: Sequence[Message], limits: tuple[int, int]) -> Json:
    """Return the first of the messages, and where the next page begins. Raises SlackError invalid_limit."""
    usual, most = limits
    limit = call.number("limit", usual)
    # That a limit above the greatest is refused, not lowered, is a guess; passing it over would hide a mistake.
    if not 1 <= limit <= most:
        raise SlackError("invalid_limit")
    with_metadata = call.flag("include_all_metadata")
    shown = [message_object(call.workspace, one, with_metadata=with_metadata) for one in messages[:limit]]
    said: Json = {"messages": shown, "has_more": len(messages) > limit}
    if said["has_more"]:
        following = base64.b64encode(f"{CURSOR}{messages[limit].ts}".encode()).decode()
        said["response_metadata"] = {"next_cursor": following}
    return said


METHODS: Mapping[str, Method] = {
    "conversations.history": Method(history, tuple(HISTORY_SCOPES.values())),
    "conversations.replies": Method(replies, tuple(HISTORY_SCOPES.values())),
}
