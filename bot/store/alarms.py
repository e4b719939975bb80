"""Alarms: troubles of the bot as a whole, each told once and once more when it is over."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select

from bot.store.base import Queries, insert
from bot.store.owing import owe
from bot.store.rows import Alarm, Change
from bot.store.tables import alarms


class AlarmQueries(Queries):
    """An alarm stands from `raise_alarm` to `clear_alarm`, for all processes together and across restarts."""

    async def alarms(self) -> list[Alarm]:
        """Return those that stand, the oldest first."""
        async with self._reading() as tx:
            rows = await tx.execute(select(alarms).order_by(alarms.c.since))
            return [Alarm(**row) for row in rows.mappings()]

    async def raise_alarm(self, alarm: Alarm, change: Change, channels: Collection[str]) -> bool:
        """Let an alarm stand and owe its news to the channels; return False, changing nothing, if it stands already."""
        values = {"kind": alarm.kind, "since": alarm.since, "detail": alarm.detail}
        async with self._writing() as tx:
            raised = await tx.execute(insert(tx, alarms).values(values).on_conflict_do_nothing())
            if raised.rowcount == 1:
                await owe(tx, change, "", channels, alarm.since)
            return raised.rowcount == 1

    async def clear_alarm(self, alarm: Alarm, change: Change, channels: Collection[str], now: datetime) -> bool:
        """End an alarm and owe that news; return False, changing nothing, if it does not stand any more."""
        async with self._writing() as tx:
            cleared = await tx.execute(delete(alarms).where(alarms.c.kind == alarm.kind))
            if cleared.rowcount == 1:
                await owe(tx, change, "", channels, now)
            return cleared.rowcount == 1
