from dataclasses import replace
from datetime import UTC, datetime

from bot.store import AuditEntry, Store

ENTRY = AuditEntry(
    at=datetime(2026, 11, 20, 12, tzinfo=UTC),
    user_id="U1",
    team_id="T1",
    channel_id="C1",
    entry="command",
    act="qr create",
    target="space-1",
    allowed=True,
    outcome="ok",
    request_id="6F2C",
    duration_ms=312,
)


async def test_the_latest_acts_come_first(store: Store) -> None:
    acts = [replace(ENTRY, act=f"act {number}", allowed=number % 2 == 0) for number in range(3)]
    for act in acts:
        await store.audit(act)

    assert await store.audit_rows(2) == [acts[2], acts[1]]
