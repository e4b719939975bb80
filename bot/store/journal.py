"""The journal of writes that CAMS has no idempotency token for: a row before each is sent, closed when it is told."""

import json
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.engine import RowMapping

from bot.store.audit import add_audit
from bot.store.base import Queries, insert
from bot.store.columns import storable
from bot.store.rows import AuditEntry, JournalEntry, Wanted
from bot.store.tables import journal


class JournalQueries(Queries):
    """Whoever holds a row's lease works on it. `attempts` grows with each claim, so it fences off who lost it."""

    async def begin_write(
        self, wanted: Wanted, known_before: Collection[str] | None, now: datetime, lease: timedelta
    ) -> JournalEntry | None:
        """Write down what is about to be sent; return None, changing nothing, while the same is under way already."""
        values = {
            "operation": wanted.operation,
            "phone_number": wanted.phone_number,
            "space_id": wanted.space_id,
            "content": wanted.content,
            "user_id": wanted.user_id,
            "channel_id": wanted.channel_id,
            "known_before": None if known_before is None else json.dumps(sorted(known_before)),
            "state": "sending",
            "code": "",
            "begun_at": now,
            "sent_at": now,
            "sends": 1,
            "lease_until": now + lease,
            "attempts": 0,
        }
        async with self._writing() as tx:
            added = await tx.execute(
                insert(tx, journal).values(values).on_conflict_do_nothing().returning(*journal.columns)
            )
            row = added.mappings().one_or_none()
            return None if row is None else _entry(row)

    async def note_write(self, entry: JournalEntry, now: datetime, lease: timedelta, **changes: Any) -> JournalEntry:
        """Change a row and hold it on; return it as it is now. Raises LostLeaseError if somebody else has it."""
        changes = {**changes, "lease_until": now + lease}
        async with self._writing() as tx:
            changed = await tx.execute(update(journal).where(_held(entry)).values(changes))
        if changed.rowcount != 1:
            raise LostLeaseError(f"journal entry {entry.id} was taken over")
        return replace(entry, **changes)

    async def close_write(self, entry: JournalEntry, said: AuditEntry | None = None) -> bool:
        """End a row, since its outcome is known and told, and add the row of the audit log that says so.

        Return False, changing nothing, if somebody else has taken the row over, or it is closed already.
        """
        async with self._writing() as tx:
            ended = update(journal).where(_held(entry)).values(state="closed", lease_until=None)
            closed = (await tx.execute(ended)).rowcount == 1
            if closed and said:
                await tx.execute(add_audit(said))
            return closed

    async def claim_writes(self, now: datetime, lease: timedelta, limit: int) -> list[JournalEntry]:
        """Take rows that nobody works on, the oldest first; nobody else gets them before `now + lease`."""
        free: ColumnElement[bool] = or_(journal.c.lease_until.is_(None), journal.c.lease_until <= now)
        due = (
            select(journal.c.id)
            .where(journal.c.state != "closed", free)
            .order_by(journal.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        claim = (
            update(journal)
            .where(journal.c.id.in_(due))
            .values(lease_until=now + lease, attempts=journal.c.attempts + 1)
            .returning(*journal.columns)
        )
        async with self._writing() as tx:
            return sorted((_entry(row) for row in (await tx.execute(claim)).mappings()), key=lambda one: one.id)

    async def release_writes(self, now: datetime) -> None:
        """End every lease: whoever held one is dead. Only where no other process uses this database."""
        async with self._writing() as tx:
            await tx.execute(update(journal).where(journal.c.lease_until > now).values(lease_until=now))

    async def journal_entry(self, key: int) -> JournalEntry | None:
        """Return a row, closed or not."""
        async with self._reading() as tx:
            row = (await tx.execute(select(journal).where(journal.c.id == key))).mappings().one_or_none()
            return None if row is None else _entry(row)

    async def open_writes(self) -> list[JournalEntry]:
        """Return the rows that are not closed, the oldest first."""
        async with self._reading() as tx:
            rows = await tx.execute(select(journal).where(journal.c.state != "closed").order_by(journal.c.id))
            return [_entry(row) for row in rows.mappings()]

    async def codes_of_others(self, entry: JournalEntry) -> frozenset[str]:
        """Return the codes that other rows of the same number and message have made."""
        others = select(journal.c.code).where(
            journal.c.operation == entry.operation,
            journal.c.phone_number == entry.phone_number,
            journal.c.content == storable(entry.content),
            journal.c.id != entry.id,
            journal.c.code != "",
        )
        async with self._reading() as tx:
            return frozenset((await tx.execute(others)).scalars())


class LostLeaseError(Exception):
    """Somebody else works on the row now: leave it to them."""


def _held(entry: JournalEntry) -> ColumnElement[bool]:
    """The row, as long as nobody has claimed it since: `attempts` is the fencing token."""
    return and_(journal.c.id == entry.id, journal.c.attempts == entry.attempts, journal.c.state != "closed")


def _entry(row: RowMapping) -> JournalEntry:
    before = row["known_before"]
    return JournalEntry(**{**row, "known_before": None if before is None else frozenset(json.loads(before))})
