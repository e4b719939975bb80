"""The alerts owed to channels, each with the change that it tells."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.base import values_of
from bot.store.delivery import Alert
from bot.store.rows import Transition
from bot.store.tables import alerts, transitions

_WITH_TRANSITION = select(alerts, transitions).join(transitions)


async def alerts_of(tx: AsyncConnection, narrow: Callable[[Select[Any]], Select[Any]]) -> list[Alert]:
    """Return the alerts of a query, which ``narrow`` says."""
    rows = await tx.execute(narrow(_WITH_TRANSITION))
    return [_alert(values_of(row, alerts), values_of(row, transitions)) for row in rows]


def _alert(values: dict[str, Any], transition: dict[str, Any]) -> Alert:
    del values["transition_id"]
    return Alert(**values, transition=Transition(**transition))
