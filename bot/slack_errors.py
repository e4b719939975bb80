"""What an error of Slack means for the next attempt. Pure.

Errors of https://docs.slack.dev/reference/methods/chat.postMessage
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

WAITS: tuple[timedelta, ...] = (
    timedelta(seconds=5),
    timedelta(seconds=15),
    timedelta(minutes=1),
    timedelta(minutes=5),
)
# Slack sends whole seconds from 1; a zero would have us turn in a circle.
SHORTEST_WAIT = timedelta(seconds=1)
LONGEST_WAIT = timedelta(days=1)
DAY_DIGITS = 5

_POSTING = "https://docs.slack.dev/reference/methods/chat.postMessage#errors"
_ACCESS = "https://docs.slack.dev/authentication/tokens"
_JOINING = "https://docs.slack.dev/reference/methods/conversations.join"
_LIMITS = "https://docs.slack.dev/reference/block-kit/blocks"
_METADATA = "https://docs.slack.dev/messaging/message-metadata"
_OURS = "this is a fault of cams-bot"


class Meaning(Enum):
    """What an error concerns: the channel, the thread, this one message, or the moment."""

    CHANNEL = "channel"
    THREAD = "thread"
    MESSAGE = "message"
    PASSING = "passing"


# What the same post will meet again in the same channel, until a person has changed something there.
CHANNEL: Mapping[str, tuple[str, str]] = {
    "channel_not_found": ("the channel is gone, or private and the bot is not in it", _POSTING),
    "is_archived": ("the channel is archived", _POSTING),
    "is_inactive": ("the channel is archived", _POSTING),
    "not_in_channel": ("the bot is not in the channel; invite it", _JOINING),
    "restricted_action": ("a workspace setting keeps the bot from posting", _POSTING),
    "restricted_action_read_only_channel": ("the channel is read-only", _POSTING),
    "restricted_action_thread_only_channel": ("the channel takes posts in threads only", _POSTING),
    "user_disabled": ("the person's account was deactivated", _POSTING),
    "user_not_found": ("there is no such person", _POSTING),
    "messages_tab_disabled": ("the app takes no direct messages", _POSTING),
    "cannot_dm_bot": ("this is a bot", _POSTING),
}
# What the channel takes all the same, outside the thread.
THREAD: Mapping[str, tuple[str, str]] = {
    "restricted_action_non_threadable_channel": ("the channel takes no threads", _POSTING),
    "restricted_action_thread_locked": ("the thread is locked", _POSTING),
    "cannot_reply_to_message": ("the message takes no replies", _POSTING),
    "thread_not_found": ("the message of the thread is gone", _POSTING),
}
# What Slack refuses of this message wherever it goes.
MESSAGE: Mapping[str, tuple[str, str]] = {
    "invalid_blocks": (f"Slack does not accept the message; {_OURS}", _LIMITS),
    "invalid_blocks_format": (f"Slack does not accept the message; {_OURS}", _LIMITS),
    "invalid_arguments": (f"Slack does not accept the message; {_OURS}", _POSTING),
    "msg_blocks_too_long": (f"the message is too long; {_OURS}", _LIMITS),
    "msg_too_long": (f"the message is too long; {_OURS}", _LIMITS),
    "no_text": (f"the message has no text; {_OURS}", _POSTING),
    "metadata_too_large": (f"the message's metadata is too large; {_OURS}", _METADATA),
    "invalid_metadata_format": (f"Slack does not accept the message's metadata; {_OURS}", _METADATA),
    "invalid_metadata_schema": (f"Slack does not accept the message's metadata; {_OURS}", _METADATA),
}
# What concerns every channel until somebody has mended the app. Nothing is given up for it.
APP: Mapping[str, tuple[str, str]] = {
    "invalid_auth": ("Slack does not accept the bot's token", _ACCESS),
    "not_authed": ("the bot has no token", _ACCESS),
    "account_inactive": ("the bot's account was deactivated, or the app removed", _ACCESS),
    "token_revoked": ("the bot's token was revoked", _ACCESS),
    "token_expired": ("the bot's token has expired", _ACCESS),
    "missing_scope": ("the app may not post; install it again with the scopes of its manifest", _ACCESS),
    "no_permission": ("the bot's token may not post", _ACCESS),
    "ekm_access_denied": ("an administrator has suspended posting", _POSTING),
    "team_access_not_granted": ("the app is not allowed in this workspace", _POSTING),
}
KNOWN: Mapping[Meaning, Mapping[str, tuple[str, str]]] = {
    Meaning.CHANNEL: CHANNEL,
    Meaning.THREAD: THREAD,
    Meaning.MESSAGE: MESSAGE,
    Meaning.PASSING: APP,
}
# Slack failed while it worked: the message may be there.
UNKNOWN_OUTCOME = {"internal_error", "fatal_error", "service_unavailable", "request_timeout", ""}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an error means, in words that hold no secret.

    ``retry_after`` is how long Slack wants to be left alone, where it says so. ``maybe_there`` says that what was to be
    done may have been done.
    """

    means: Meaning
    reason: str
    retry_after: timedelta | None = None
    maybe_there: bool = False


def trouble(error: Exception) -> Trouble:
    """Return what an error of a call means.

    What is not known is passing: a code that Slack adds tomorrow must not lose a message.
    """
    if isinstance(error, aiohttp.ClientConnectorError):
        return Trouble(Meaning.PASSING, type(error).__name__)
    if not isinstance(error, SlackApiError):
        return Trouble(Meaning.PASSING, type(error).__name__, maybe_there=True)
    response = error.response
    # Where the answer could not be read, the response is the HTTP library's and has no data.
    data = getattr(response, "data", response)
    code = str(data.get("error", "")) if isinstance(data, Mapping) else ""
    for means, known in KNOWN.items():
        if code in known:
            words, link = known[code]
            return Trouble(means, f"{code}: {words} ({link})")
    status = getattr(response, "status_code", 200)
    limited = status == 429 or code == "ratelimited"
    unknown = not limited and (code in UNKNOWN_OUTCOME or status >= 500)
    return Trouble(Meaning.PASSING, code or "unreadable answer", _retry_after(response), unknown)


def of_channel(code: str) -> str:
    """Return the reason of an error that concerns the channel, as `trouble` gives it."""
    words, link = CHANNEL[code]
    return f"{code}: {words} ({link})"


def is_hiccup(error: Exception) -> bool | float:
    """Whether a call that does no harm twice may be made again at once, or after so many seconds.

    What Slack says of the app or of the call is none.
    """
    if isinstance(error, aiohttp.ClientError | TimeoutError):
        return True
    met = trouble(error) if isinstance(error, SlackApiError) else None
    if met is None or met.means is not Meaning.PASSING:
        return False
    return met.retry_after.total_seconds() if met.retry_after else met.maybe_there


def retry_at(failures: int) -> timedelta:
    """Return how long to wait after so many failures in a row."""
    return WAITS[min(max(failures, 1), len(WAITS)) - 1]


def _retry_after(response: Any) -> timedelta | None:
    # https://docs.slack.dev/apis/web-api/rate-limits
    headers = getattr(response, "headers", {})
    seconds = str({name.lower(): value for name, value in headers.items()}.get("retry-after", ""))
    if not seconds.isdecimal():
        return None
    # What has more digits than a day's seconds may be more than Python counts.
    wait = timedelta(seconds=int(seconds)) if len(seconds) <= DAY_DIGITS else LONGEST_WAIT
    return min(max(wait, SHORTEST_WAIT), LONGEST_WAIT)
