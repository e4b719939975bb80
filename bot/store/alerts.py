"""The alerts owed to channels: claimed with a lease, closed by whoever holds it."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.base import Queries, values_of
from bot.store.rows import Alert, Transition
from bot.store.tables import alerts, transitions

_WITH_TRANSITION = select(alerts, transitions).join(transitions)


class AlertQueries(Queries):
    """At least once: an alert is closed after its message was posted, so a crash between the two posts it again."""

    async def claim_alerts(self, now: datetime, lease: timedelta, limit: int) -> list[Alert]:
        """Take up to `limit` alerts that are due; nobody else gets them before `now + lease`.

        Of each channel only the first that it is owed can be taken: its alerts stay in order and one is under way at
        a time. One that is leased or postponed holds up its own channel and no other.
        """
        claim = (
            update(alerts)
            .where(alerts.c.id.in_(select(_first_due(now, limit).cte("due").c.id)))
            .values(lease_until=now + lease, attempts=alerts.c.attempts + 1)
            .returning(alerts.c.id)
        )
        async with self._writing() as tx:
            keys = list((await tx.execute(claim)).scalars())
            taken = _WITH_TRANSITION.where(alerts.c.id.in_(keys)).order_by(alerts.c.id)
            return await _alerts(tx, taken) if keys else []

    async def delivered(self, alert: Alert, message_ts: str, now: datetime) -> bool:
        """Close the alert; return False, changing nothing, if it was claimed again since or is closed."""
        return await self._close(alert, state="delivered", message_ts=message_ts, delivered_at=now, error="")

    async def postpone(self, alert: Alert, until: datetime, error: str) -> bool:
        """Put the alert back until a time; return False, changing nothing, as `delivered` does."""
        return await self._close(alert, due_at=until, error=error)

    async def give_up(self, alert: Alert, error: str) -> bool:
        """Mark the alert as failed for good; return False, changing nothing, as `delivered` does."""
        return await self._close(alert, state="failed", error=error)

    async def alert_problems(self, limit: int, *, channel_id: str | None = None) -> list[Alert]:
        """Return alerts that failed, or are owed after an attempt that went wrong, the newest first."""
        wrong = or_(alerts.c.state == "failed", and_(alerts.c.state == "owed", alerts.c.error != ""))
        query = _WITH_TRANSITION.where(wrong)
        if channel_id is not None:
            query = query.where(alerts.c.channel_id == channel_id)
        async with self._reading() as tx:
            return await _alerts(tx, query.order_by(alerts.c.id.desc()).limit(limit))

    async def _close(self, alert: Alert, **values: Any) -> bool:
        held = and_(
            alerts.c.id == alert.id,
            alerts.c.state == "owed",
            alerts.c.attempts == alert.attempts,
            alerts.c.lease_until.is_not(None),
        )
        async with self._writing() as tx:
            done = await tx.execute(update(alerts).where(held).values(lease_until=None, **values))
            return done.rowcount == 1


def _first_due(now: datetime, limit: int) -> Select[Any]:
    earlier = alerts.alias("earlier")
    is_first: ColumnElement[bool] = ~exists().where(
        earlier.c.channel_id == alerts.c.channel_id, earlier.c.state == "owed", earlier.c.id < alerts.c.id
    )
    free = or_(alerts.c.lease_until.is_(None), alerts.c.lease_until <= now)
    return (
        select(alerts.c.id)
        .where(alerts.c.state == "owed", alerts.c.due_at <= now, free, is_first)
        .order_by(alerts.c.due_at, alerts.c.id)
        .limit(limit)
        # Two claims at once take different alerts instead of waiting for each other. SQLite has one writer anyway.
        .with_for_update(skip_locked=True, of=alerts)
    )


async def _alerts(tx: AsyncConnection, query: Select[Any]) -> list[Alert]:
    return [_alert(values_of(row, alerts), values_of(row, transitions)) for row in await tx.execute(query)]


def _alert(values: dict[str, Any], transition: dict[str, Any]) -> Alert:
    del values["transition_id"]
    return Alert(**values, transition=Transition(**transition))
