"""Takes the alerts that are owed to Slack.

    claim with a lease -> post -> record the message | postpone | give up

`retry_at` and `verdict` decide and are pure; `deliver` calls. At least once: the message is recorded after it was
posted, so a crash between the two posts it again once the lease is over. Better twice than never.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.store import Alert, Store

Post = Callable[[Alert], Awaitable[str]]
Clock = Callable[[], datetime]

# The lease outlives the longest post, or a slow one would be taken for a crashed one.
POST_TIMEOUT = timedelta(seconds=60)
LEASE = 2 * POST_TIMEOUT
AT_ONCE = 8
WAITS = (
    timedelta(seconds=5),
    timedelta(seconds=15),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=60),
)
# Slack sends whole seconds from 1; a zero would have us turn in a circle.
SHORTEST_WAIT = timedelta(seconds=1)

log = structlog.get_logger()

_POSTING = "https://docs.slack.dev/reference/methods/chat.postMessage#errors"
_ACCESS = "https://docs.slack.dev/authentication/tokens"
_JOINING = "https://docs.slack.dev/reference/methods/conversations.join"
_LIMITS = "https://docs.slack.dev/reference/block-kit/blocks"
_METADATA = "https://docs.slack.dev/messaging/message-metadata"

# What the same post will meet again, however often it is tried, until a person has changed something.
PERMANENT: Mapping[str, tuple[str, str]] = {
    "channel_not_found": ("the channel is gone, or private and the bot is not in it", _POSTING),
    "is_archived": ("the channel is archived", _POSTING),
    "not_in_channel": ("the bot is not in the channel; invite it", _JOINING),
    "invalid_auth": ("Slack does not accept the bot's token", _ACCESS),
    "not_authed": ("the bot has no token", _ACCESS),
    "account_inactive": ("the bot's account was deactivated, or the app removed", _ACCESS),
    "token_revoked": ("the bot's token was revoked", _ACCESS),
    "token_expired": ("the bot's token has expired", _ACCESS),
    "missing_scope": ("the app may not post; install it again with the scopes of its manifest", _ACCESS),
    "no_permission": ("the bot's token may not post", _ACCESS),
    "ekm_access_denied": ("an administrator has suspended posting", _POSTING),
    "team_access_not_granted": ("the app is not allowed in this workspace", _POSTING),
    "restricted_action": ("a workspace setting keeps the bot from posting", _POSTING),
    "restricted_action_read_only_channel": ("the channel is read-only", _POSTING),
    "restricted_action_thread_only_channel": ("the channel takes posts in threads only", _POSTING),
    "restricted_action_non_threadable_channel": ("the channel takes no threads", _POSTING),
    "restricted_action_thread_locked": ("the thread is locked", _POSTING),
    "invalid_blocks": ("Slack does not accept the message; this is a fault of cams-bot", _LIMITS),
    "invalid_blocks_format": ("Slack does not accept the message; this is a fault of cams-bot", _LIMITS),
    "msg_blocks_too_long": ("the message is too long; this is a fault of cams-bot", _LIMITS),
    "msg_too_long": ("the message is too long; this is a fault of cams-bot", _LIMITS),
    "no_text": ("the message has no text; this is a fault of cams-bot", _POSTING),
    "metadata_too_large": ("the message's metadata is too large; this is a fault of cams-bot", _METADATA),
}


@dataclass(frozen=True, slots=True)
class Permanent:
    """Trying again is of no use."""

    reason: str


@dataclass(frozen=True, slots=True)
class Transient:
    """It may pass; `retry_after` is how long Slack wants to be left alone, where it says so."""

    reason: str
    retry_after: timedelta | None = None


def retry_at(attempts: int, now: datetime) -> datetime:
    """Return when to try again after so many attempts."""
    return now + WAITS[min(max(attempts, 1), len(WAITS)) - 1]


def verdict(error: Exception) -> Permanent | Transient:
    """Return what an error of a post means for the next try, in words that hold no secret.

    What is not known to be permanent is transient: a code that Slack adds tomorrow must not lose an alert.
    Errors of https://docs.slack.dev/reference/methods/chat.postMessage
    """
    if not isinstance(error, SlackApiError):
        return Transient(type(error).__name__)
    # Where the answer could not be read, the response is the HTTP library's and has no data.
    response = error.response
    data = getattr(response, "data", response)
    code = str(data.get("error", "")) if isinstance(data, Mapping) else ""
    if code in PERMANENT:
        meaning, link = PERMANENT[code]
        return Permanent(f"{code}: {meaning} ({link})")
    return Transient(code or "unreadable answer", _retry_after(getattr(response, "headers", {})))


def _retry_after(headers: Mapping[str, Any]) -> timedelta | None:
    # https://docs.slack.dev/apis/web-api/rate-limits
    seconds = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    return max(timedelta(seconds=int(seconds)), SHORTEST_WAIT) if str(seconds).isdecimal() else None


async def deliver(store: Store, post: Post, clock: Clock) -> int:
    """Post what is due until nothing is, a few channels at a time; return how many messages arrived.

    `post` returns the message's ts. Whatever it raises concerns its own alert only. A cancelled delivery leaves its
    alerts to their leases. Raises ExceptionGroup if the database fails, after the other channels are done.
    """
    first = await store.claim_alerts(clock(), LEASE, AT_ONCE)
    results = await asyncio.gather(*(_chain(store, post, clock, alert) for alert in first), return_exceptions=True)
    errors = [result for result in results if isinstance(result, Exception)]
    if errors:
        raise ExceptionGroup("Alerts could not be delivered", errors)
    return sum(result for result in results if isinstance(result, int))


async def _chain(store: Store, post: Post, clock: Clock, alert: Alert | None) -> int:
    # Each takes the next alert as soon as it is done with its last, so a slow channel holds up one chain only.
    arrived = 0
    while alert is not None:
        arrived += await _send(store, post, clock, alert)
        alert = next(iter(await store.claim_alerts(clock(), LEASE, 1)), None)
    return arrived


async def _send(store: Store, post: Post, clock: Clock, alert: Alert) -> bool:
    try:
        async with asyncio.timeout(POST_TIMEOUT.total_seconds()):
            message_ts = await post(alert)
    except Exception as error:  # noqa: BLE001 - whatever it is, the alert stays and the others go on
        await _put_back(store, clock, alert, error)
        return False
    if not await store.delivered(alert, message_ts, clock()):
        log.warning("alert was posted after its lease had run out", alert=alert.id, channel=alert.channel_id)
    return True


async def _put_back(store: Store, clock: Clock, alert: Alert, error: Exception) -> None:
    now = clock()
    bound = log.bind(alert=alert.id, channel=alert.channel_id, attempts=alert.attempts)
    match verdict(error):
        case Permanent(reason):
            bound.warning("alert cannot be delivered", reason=reason)
            await store.give_up(alert, reason)
        case Transient(reason, retry_after):
            until = now + retry_after if retry_after else retry_at(alert.attempts, now)
            expected = isinstance(error, SlackApiError | aiohttp.ClientError | OSError)
            bound.warning(
                "alert is postponed", reason=reason, until=until.isoformat(), exc_info=None if expected else error
            )
            await store.postpone(alert, until, reason)
