"""The audit log: one row for every act."""

from dataclasses import asdict

from sqlalchemy import Insert, insert, select

from bot.store.base import Queries
from bot.store.rows import AuditEntry
from bot.store.tables import audit


class AuditQueries(Queries):
    """Rows are added and read, never changed."""

    async def audit(self, entry: AuditEntry) -> None:
        """Add a row."""
        async with self._writing() as tx:
            await tx.execute(add_audit(entry))

    async def audit_rows(self, limit: int) -> list[AuditEntry]:
        """Return the latest rows, the newest first."""
        columns = [column for column in audit.columns if column is not audit.c.id]
        async with self._reading() as tx:
            rows = await tx.execute(select(*columns).order_by(audit.c.id.desc()).limit(limit))
            return [AuditEntry(**row) for row in rows.mappings()]


def add_audit(entry: AuditEntry) -> Insert:
    """Return the statement that adds a row, for who does it along with something else."""
    return insert(audit).values(asdict(entry))
