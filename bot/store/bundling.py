"""Alerts become posts: one transaction a channel, under the lock of its row, as a plan says.

alerts owed -> situation -> plan (pure) -> cards kept, posts owed, alerts bundled
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.alerts import alerts_of
from bot.store.base import Queries, insert, time_of
from bot.store.delivery import Alert, Card, Channel, NewPost, PostKind
from bot.store.owing import owe_post
from bot.store.tables import alerts, cards, channels, posts, transitions

FLAPS_WITHIN = timedelta(hours=1)
BUNDLED_AT_ONCE = 10_000
# More than Slack takes in a minute, which is the longest that anybody asks about.
LATEST = 100
# What stands in the channel, where a line stands in its thread alone.
SINGLE: Collection[PostKind] = ("card", "news", "change")


@dataclass(frozen=True, slots=True)
class Situation:
    """What is owed to a channel, in order, and what it sees already.

    Before it is known whether anything is told now, ``alerts`` and what belongs to them are left out: ``cards`` are its
    open ones by space, ``rooted`` the IDs of those that it has a message of (or is owed one), ``flaps`` is how often
    the status of a space changed lately, ``told`` when it last read of a space in a message for that alone, among its
    latest messages. ``flooded_at`` is when many changes were told together last, ``backlog`` how many posts it is owed
    already.
    """

    channel: Channel
    now: datetime
    alerts: Sequence[Alert] = ()
    cards: Mapping[str, Card] = field(default_factory=dict)
    rooted: Collection[int] = ()
    flaps: Mapping[str, int] = field(default_factory=dict)
    told: Mapping[str, datetime] = field(default_factory=dict)
    flooded_at: datetime | None = None
    backlog: int = 0


@dataclass(frozen=True, slots=True)
class Telling:
    """A post to be made. ``render`` gives its content, of the card where it has one.

    ``card`` is the card as it is afterwards; one with a negative ID is made, and has that ID in the rest of the plan.
    ``line`` and ``news`` go into the thread of the card's message, ``part`` into that of the telling before that was
    none. Without a ``kind`` only the card is kept.
    """

    alerts: Sequence[int]
    kind: PostKind | None = None
    render: Callable[[Card | None], str] = lambda _: ""
    card: Card | None = None


Plan = Callable[[Situation], Sequence[Telling]]
Waits = Callable[[Situation], bool]


def _never(_: Situation) -> bool:
    return False


class BundleQueries(Queries):
    """What channels are owed becomes messages."""

    async def bundle(self, plan: Plan, now: datetime, waits: Waits = _never) -> int:
        """Let ``plan`` make posts of the alerts that channels are owed; return how many were made.

        A channel that ``waits``, which is pure too, is left as it is: its alerts, which may be many, are not even read.
        Each channel is one transaction under the lock of its row. Alerts that the plan leaves out stay owed. A channel
        that fails holds up no other: an ExceptionGroup tells of it at the end.
        """
        async with self._reading() as tx:
            # What these wait for is their digest, and a transaction for each of them in vain holds up the others.
            digests = select(channels.c.channel_id).where(channels.c.mode == "digest")
            owed = select(alerts.c.channel_id).where(_unbundled(now), alerts.c.channel_id.not_in(digests))
            waiting = list(await tx.scalars(owed.distinct()))
        made, failures = 0, []
        for channel_id in sorted(waiting):
            try:
                made += await self._bundle(channel_id, plan, now, waits)
            except Exception as error:  # noqa: BLE001 - raised below, when the others are done
                failures.append(error)
        if failures:
            raise ExceptionGroup("alerts of some channels could not be bundled", failures)
        return made

    async def _bundle(self, channel_id: str, plan: Plan, now: datetime, waits: Waits) -> int:
        async with self._writing() as tx:
            channel = await _locked(tx, channel_id)
            if channel is None:
                return 0
            situation = await _situation(tx, channel, now)
            if waits(situation):
                return 0
            owed = await alerts_of(
                tx,
                lambda query: (
                    query.where(_unbundled(now), alerts.c.channel_id == channel_id)
                    .order_by(alerts.c.id)
                    .limit(BUNDLED_AT_ONCE)
                    .with_for_update(of=alerts, skip_locked=True)
                ),
            )
            if not owed:
                return 0
            tellings = plan(await _with_alerts(tx, situation, owed))
            return await _Bundling(tx, channel_id, await time_of(tx, now)).make(tellings)


@dataclass(slots=True)
class _Bundling:
    """Carries out a plan, in one transaction."""

    tx: AsyncConnection
    channel_id: str
    now: datetime
    head: int | None = None
    made: int = 0
    # The cards that were made, by their IDs in the plan.
    new: dict[int, int] = field(default_factory=dict)

    async def make(self, tellings: Sequence[Telling]) -> int:
        for telling in tellings:
            card = await self._keep(telling.card)
            key = None if telling.kind is None else await self._post(telling, card)
            state = {"state": "bundled", "post_id": key, "lease_until": None}
            if telling.alerts:
                await self.tx.execute(update(alerts).where(alerts.c.id.in_(telling.alerts)).values(state))
        return self.made

    async def _keep(self, card: Card | None) -> Card | None:
        if card is None:
            return None
        values = asdict(card) | {"show_at": self.now}
        del values["id"]
        key = self.new.get(card.id, card.id)
        if key > 0:
            await self.tx.execute(update(cards).where(cards.c.id == key).values(values))
        else:
            added = await self.tx.execute(cards.insert().values(values).returning(cards.c.id))
            self.new[card.id] = key = added.scalar_one()
        return replace(card, id=key)

    async def _post(self, telling: Telling, card: Card | None) -> int | None:
        wanted = NewPost(
            channel_id=self.channel_id,
            kind=telling.kind or "change",
            content=telling.render(card),
            parent_id=await self._parent(telling.kind, card),
            card_id=card.id if card else None,
        )
        key = await owe_post(self.tx, wanted, self.now)
        if wanted.kind not in {"part", "line", "news"}:
            self.head = key
        self.made += 1
        return key

    async def _parent(self, kind: PostKind | None, card: Card | None) -> int | None:
        if kind == "part":
            return self.head
        if kind in {"line", "news"} and card is not None:
            root = select(func.max(posts.c.id)).where(posts.c.card_id == card.id, posts.c.kind == "card")
            found: int | None = await self.tx.scalar(root)
            return found
        return None


def _unbundled(now: datetime) -> ColumnElement[bool]:
    # A version before this one posts alerts itself, and leases them for that.
    return and_(alerts.c.state == "owed", or_(alerts.c.lease_until.is_(None), alerts.c.lease_until <= now))


async def _locked(tx: AsyncConnection, channel_id: str) -> Channel | None:
    """Lock a channel's row, made if there is none; None where somebody else holds it, who will do the work."""
    await tx.execute(insert(tx, channels).values(asdict(Channel(channel_id=channel_id))).on_conflict_do_nothing())
    query = select(channels).where(channels.c.channel_id == channel_id).with_for_update(skip_locked=True)
    row = (await tx.execute(query)).mappings().one_or_none()
    return None if row is None else Channel(**row)


async def _situation(tx: AsyncConnection, channel: Channel, now: datetime) -> Situation:
    to_channel = posts.c.meant_for == channel.channel_id
    flooded_at = await tx.scalar(select(func.max(posts.c.created_at)).where(to_channel, posts.c.kind == "flood"))
    backlog = await tx.scalar(select(func.count()).where(to_channel, posts.c.state == "owed")) or 0
    return Situation(channel, now, flooded_at=flooded_at, backlog=backlog)


async def _with_alerts(tx: AsyncConnection, situation: Situation, owed: Sequence[Alert]) -> Situation:
    spaces = {alert.transition.space_id for alert in owed}
    mine = and_(cards.c.channel_id == situation.channel.channel_id, cards.c.state == "open")
    rows = await tx.execute(select(cards).where(mine).with_for_update())
    found = {row["space_id"]: Card(**row) for row in rows.mappings() if row["space_id"] in spaces}
    keys = [card.id for card in found.values()]
    roots = select(posts.c.card_id).where(posts.c.card_id.in_(keys), posts.c.kind == "card", posts.c.state != "dropped")
    lately = and_(transitions.c.kind == "review", transitions.c.seen_at > situation.now - FLAPS_WITHIN)
    # Counted here: to group them SQLite would go through all there ever were, in order of their spaces.
    flaps = Counter(await tx.scalars(select(transitions.c.space_id).where(lately)))
    told = await _told(tx, situation.channel.channel_id)
    return replace(situation, alerts=owed, cards=found, rooted=set(await tx.scalars(roots)), flaps=flaps, told=told)


async def _told(tx: AsyncConnection, channel_id: str) -> dict[str, datetime]:
    """Return of which spaces a channel reads in messages of their own, and when the latest of each was made."""
    mine = posts.c.channel_id == channel_id
    # By Slack's time stamps, which have an index; what is not posted yet has none.
    sent = select(posts.c.id).where(mine, posts.c.message_ts.is_not(None))
    sent = sent.order_by(posts.c.message_ts.desc()).limit(LATEST)
    recent = union_all(select(sent.subquery().c.id), select(posts.c.id).where(mine, posts.c.state == "owed"))
    # A card's message need not tell a change, and what has no card has an alert.
    space = func.coalesce(cards.c.space_id, transitions.c.space_id)
    query = (
        select(space, posts.c.created_at)
        .outerjoin(cards, cards.c.id == posts.c.card_id)
        .outerjoin(alerts, alerts.c.post_id == posts.c.id)
        .outerjoin(transitions, transitions.c.id == alerts.c.transition_id)
        .where(posts.c.id.in_(recent), posts.c.kind.in_(SINGLE))
        .order_by(posts.c.id)
    )
    return {row[0]: row[1] for row in await tx.execute(query) if row[0] is not None}
