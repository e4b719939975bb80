"""Takes what is owed to channels to Slack, each message once as people see it.

    bundle -> claim with a lease -> (look whether it is there) -> post -> record | put back | send elsewhere | give up

A message whose outcome is unknown (no answer, a cut line, a crash in between) may be there: it is looked up in the
channel's history by the mark that each post carries, and posted only if it is not. `bot.slack_errors` says what an
error means; this module acts on it.
"""

import asyncio
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Protocol

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.alerts import asides
from bot.alerts.bundle import plan, waits
from bot.alerts.message import HistoryUnreadableError, Letter, Message
from bot.slack_errors import Meaning, Trouble, retry_at, trouble
from bot.store import NewPost, Post, Store
from bot.tasks import Tasks

Clock = Callable[[], datetime]

# From the claim to the end of the post. The lease outlives it, or a slow one would be taken for a crashed one.
POST_TIMEOUT = timedelta(seconds=20)
LEASE = timedelta(seconds=30)
AT_ONCE = 16
# A channel that takes nothing is tried again so often, where its messages can go nowhere else.
NOWHERE_WAIT = timedelta(minutes=10)
# Slack takes no large metadata; a digest may tell thousands of changes.
NAMED_MAX = 500

log = structlog.get_logger()


class Courier(Protocol):
    """Who takes messages to Slack."""

    async def post_once(self, channel_id: str, letter: Letter) -> str:
        """Post a message, without trying again, and return its ts."""
        ...

    async def find(self, channel_id: str, letter: Letter, after_ts: str | None) -> str | None:
        """Return the ts of a message of ours with the same mark, newer than ``after_ts`` (None: of any age), else None.

        Raises HistoryUnreadableError where that cannot be seen.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Failure:
    """An error of a post. ``maybe_there``: a message may be in Slack all the same."""

    error: Exception
    maybe_there: bool


@dataclass(frozen=True, slots=True)
class _Claim:
    """A post in hand. ``until`` is when it has to be out: after that somebody else may hold it."""

    post: Post
    until: float


class ClaimEndedError(Exception):
    """The claim may be somebody else's by now. Nothing was sent."""


class Outbox:
    """Delivers in the background, so that a slow channel holds up no other."""

    def __init__(
        self,
        store: Store,
        courier: Courier,
        clock: Clock,
        fallback_channel: str,
        tasks: Tasks,
        *,
        keepers: Collection[str] = (),
        steady: Callable[[], float] = monotonic,
    ) -> None:
        """Send what a channel cannot take to ``fallback_channel``, "" for nowhere. Work under way is in ``tasks``.

        ``keepers`` are the people who are told where that one takes nothing. ``steady`` gives seconds and only goes
        forward.
        """
        self._store = store
        self._courier = courier
        self._clock = clock
        self._fallback = fallback_channel
        self._tasks = tasks
        self._keepers = keepers
        self._steady = steady
        self._under_way = set[asyncio.Task[None]]()

    async def tick(self) -> None:
        """Make posts of what changed, and begin to deliver those that are due. Does not wait for Slack."""
        try:
            await self._store.bundle(plan, self._clock(), waits)
        except ExceptionGroup as group:
            # What was bundled before is delivered all the same.
            for error in group.exceptions:
                log.exception("the alerts of a channel could not be bundled", exc_info=error)
        free = AT_ONCE - len(self._under_way)
        for claim in await self._claim(free) if free > 0 else ():
            self._begin(self._chain(claim))

    async def idle(self) -> None:
        """Wait until nothing that was begun is under way."""
        while self._under_way:
            await asyncio.gather(*self._under_way)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._tasks.start(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _claim(self, limit: int) -> list[_Claim]:
        # The lease begins later than this, whatever the database does meanwhile.
        until = self._steady() + POST_TIMEOUT.total_seconds()
        return [_Claim(post, until) for post in await self._store.claim_posts(self._clock(), LEASE, limit)]

    async def _chain(self, claim: _Claim | None) -> None:
        # Each takes the next post as soon as it is done with its last, so that a long queue needs no tick.
        while claim is not None:
            await self._deliver(claim)
            if self._tasks.draining:
                return
            claim = next(iter(await self._claim(1)), None)

    async def _deliver(self, claim: _Claim) -> None:
        post = claim.post
        found = await self._sent(claim)
        if isinstance(found, _Failure):
            await self._handle(post, found)
        elif not await self._store.sent(post, found, self._clock()):
            log.warning("a post was recorded by somebody else meanwhile", post=post.id, channel=post.channel_id)

    async def _letter(self, post: Post) -> Letter:
        changes = await self._store.told_by(post)
        message = Message.loads(post.content)
        return Letter(
            asides.at_home(message) if post.channel_id == post.meant_for else message,
            mark_of(post),
            changes if len(changes) <= NAMED_MAX else (),
            post.parent_ts,
            broadcast=post.kind == "news",
        )

    async def _sent(self, claim: _Claim) -> str | _Failure:
        """Return the ts of the message, posted now or before."""
        post = claim.post
        maybe_there = post.tried_at is not None
        try:
            async with asyncio.timeout(max(claim.until - self._steady(), 0)):
                letter = await self._letter(post)
                if maybe_there:
                    try:
                        found = await self._courier.find(post.channel_id, letter, post.after_ts)
                    except HistoryUnreadableError:
                        return await self._repeat(claim, letter)
                    if found:
                        log.info("a post was found in its channel", post=post.id, channel=post.channel_id)
                        return found
                    maybe_there = False
                return await self._post(claim, letter)
        except ClaimEndedError as error:
            return _Failure(error, maybe_there)
        except Exception as error:  # noqa: BLE001 - whatever it is, the post stays and the others go on
            return _Failure(error, maybe_there or trouble(error).maybe_there)

    async def _post(self, claim: _Claim, letter: Letter) -> str:
        # A time-out strikes where something is waited for, which a post may do only when it is out.
        if self._steady() >= claim.until:
            raise ClaimEndedError
        return await self._courier.post_once(claim.post.channel_id, letter)

    async def _repeat(self, claim: _Claim, letter: Letter) -> str:
        """Post what may be there already, and say so: better twice than never."""
        log.warning("a post may be a repeat: the channel's history cannot be read", channel=claim.post.channel_id)
        return await self._post(claim, replace(letter, message=asides.repeated(letter.message)))

    async def _handle(self, post: Post, failure: _Failure) -> None:
        met = trouble(failure.error)
        bound = log.bind(post=post.id, channel=post.channel_id, failures=post.failures + 1, reason=met.reason)
        match met.means:
            case Meaning.THREAD if post.parent_ts:
                bound.warning("a thread takes no posts")
                await self._store.reroute(post, post.channel_id, post.content, in_thread=False)
            case Meaning.CHANNEL | Meaning.THREAD:
                bound.warning("a channel takes no posts")
                await self._go_elsewhere(post, Message.loads(post.content), met)
            case Meaning.MESSAGE:
                bound.error("Slack refuses a message")
                await self._say_plainly(post, Message.loads(post.content), met)
            case Meaning.PASSING:
                expected = isinstance(failure.error, SlackApiError | aiohttp.ClientError | OSError | ClaimEndedError)
                wait = met.retry_after or retry_at(post.failures + 1)
                bound.warning("a post is put back", wait=str(wait), exc_info=None if expected else failure.error)
                await self._put_back(post, wait, met.reason, maybe_there=failure.maybe_there)

    async def _go_elsewhere(self, post: Post, message: Message, met: Trouble) -> None:
        if post.kind == "notice" and post.meant_for[:1] in {"U", "W"}:
            # It concerns whom it is meant for and nobody else.
            await self._store.drop(post, met.reason)
            return
        elsewhere = self._fallback if self._fallback != post.channel_id else ""
        notices = await self._owners(post.channel_id, met, elsewhere)
        await self._store.channel_broke(post.channel_id, met.reason, notices, self._clock())
        # Behind what waits there it would come later than what its own channel takes when it is back.
        if elsewhere and not await self._store.is_stuck(elsewhere):
            said = asides.rerouted(message, post.meant_for, met.reason)
            await self._store.reroute(post, elsewhere, said.dumps())
        else:
            # What was sent here from other channels may be taken there by now.
            await self._store.send_home(post)
            await self._put_back(post, NOWHERE_WAIT, met.reason, maybe_there=False)

    async def _put_back(self, post: Post, wait: timedelta, reason: str, *, maybe_there: bool) -> None:
        await self._store.postpone_post(post, wait, reason, maybe_there=maybe_there, now=self._clock())

    async def _owners(self, channel_id: str, met: Trouble, elsewhere: str) -> list[NewPost]:
        """Tell those who had alerts sent to a channel that it takes none."""
        who = {one.created_by for one in await self._store.subscriptions(channel_id=channel_id)}
        who |= set(self._keepers) if channel_id == self._fallback else set()
        said = asides.broken(channel_id, met.reason, elsewhere)
        return [NewPost(channel_id=user_id, kind="notice", content=said.dumps()) for user_id in sorted(who)]

    async def _say_plainly(self, post: Post, message: Message, met: Trouble) -> None:
        """Say it again without its blocks; what Slack refuses even so is given up, so that it blocks nothing."""
        if message.blocks:
            plain = Message(message.text, ())
            await self._store.reroute(post, post.channel_id, plain.dumps())
        else:
            await self._store.drop(post, met.reason)


def mark_of(post: Post) -> str:
    """Return what a post is found by in Slack: unlike that of any other, of another database too."""
    return f"{post.id}.{int(post.created_at.timestamp() * 1e6)}"
