"""What the ticks ask finds its rows by an index, however many there are."""

import re
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bot.alerts.attend import send_digests
from bot.alerts.bundle import plan
from bot.store import Store, open_store
from tests.fixtures.changes import record_change
from tests.fixtures.clock import NOON, Clock
from tests.fixtures.delivery import owe

LEASE = timedelta(seconds=30)
GROWING = "watches|transitions|alerts|posts|cards|card_acts|subscriptions"
# Without an index, or with one that holds all rows; the others hold those few that are under way.
WHOLE = re.compile(rf"SCAN ({GROWING})\b(?! USING (COVERING )?INDEX (ix_\w+_(owed|pushed|changed)|uq_cards_open))")


async def test_no_tick_goes_through_all_there_ever_was(tmp_path: Path) -> None:
    asked: list[tuple[str, Any]] = []
    async with open_store(f"sqlite:///{tmp_path}/cams-bot.db") as store:
        await store.subscribe("space-1", "C1", "U1", NOON)
        await record_change(store, "space-1", NOON)
        await owe(store, "C1")
        event.listen(store._engine.sync_engine, "before_cursor_execute", lambda *args: asked.append(args[2:4]))
        await _ticks(store)
    with sqlite3.connect(tmp_path / "cams-bot.db") as database:
        steps = [step for query in asked if query[0][:6] in {"SELECT", "UPDATE"} for step in _plan(database, *query)]

    assert len(steps) > 10
    assert [step for step in steps if WHOLE.match(step)] == []


async def _ticks(store: Store) -> None:
    await store.bundle(plan, NOON)
    for post in await store.claim_posts(NOON, LEASE, 16):
        await store.told_by(post)
        await store.sent(post, "1900000000.000001", NOON)
    await store.claim_cards(NOON, LEASE, 8)
    await store.claim_watches(LEASE, 10)
    await store.push_hint(["waba-1"])
    await store.change_channel("C1", lambda channel: replace(channel, digest_at="09:00"))
    await send_digests(store, Clock(), {"C1": "space-2"})
    await store.oldest_owed()
    # A start waits for it.
    await store.release_posts(NOON)


def _plan(database: sqlite3.Connection, query: str, values: Any) -> list[str]:
    return [str(row[-1]) for row in database.execute(f"EXPLAIN QUERY PLAN {query}", values)]
