"""The permits of an account that several processes use, as rows that they share. PostgreSQL only.

    take: a free row becomes held, for a lease -> send -> give back: the row is free again a second later

Time is the database's, the clocks of the processes do not matter. A process that dies gives nothing back; its permits
are free again when their leases end. Statements wait for no lock of another process: what is locked is being taken.
"""

import asyncio
import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import asyncpg
import structlog
from sqlalchemy import Interval, TextClause, bindparam, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cams.permits import WINDOW, Permit, PermitsUnavailableError, Use, spacing

log = structlog.get_logger()

# How soon to look again, in seconds: while somebody waits for an answer, and otherwise at most.
PERSON_LOOKS = 0.02
LONGEST_NAP = 0.25
_WINDOW = timedelta(seconds=WINDOW)


def _statement(sql: str) -> TextClause:
    spans = ("reach", "spacing", "lease", "after", "seconds", "window")
    return text(sql).bindparams(*(bindparam(name, type_=Interval()) for name in spans if f":{name}" in sql))


_MAKE = _statement(
    """
    INSERT INTO permits (operation, number, token, priority, taken_at, free_at)
    SELECT :operation, number, '', 0, clock_timestamp() - :window, clock_timestamp() - :window
    FROM generate_series(0, :limit - 1) AS number
    ON CONFLICT DO NOTHING
    """
)
_TAKE = _statement(
    """
    WITH free AS (
        SELECT number, free_at FROM permits
        WHERE operation = :operation AND number < :limit
            AND (held_until IS NULL OR held_until <= clock_timestamp()) AND free_at <= clock_timestamp() + :reach
            AND NOT EXISTS (
                SELECT FROM permits AS latest
                WHERE latest.operation = :operation AND latest.taken_at > clock_timestamp() - :spacing
            )
        ORDER BY free_at LIMIT 1 FOR UPDATE SKIP LOCKED
    )
    UPDATE permits SET token = :token, priority = :priority, taken_at = clock_timestamp(),
        held_until = greatest(free.free_at, clock_timestamp()) + :lease
    FROM free WHERE permits.operation = :operation AND permits.number = free.number
    RETURNING permits.number, extract(epoch FROM free.free_at - clock_timestamp())::float AS wait
    """
)
_NEXT = _statement(
    """
    SELECT CASE WHEN count(*) FILTER (WHERE held_until IS NULL) > 0 THEN extract(epoch FROM greatest(
        min(free_at) FILTER (WHERE held_until IS NULL), max(taken_at) + :spacing
    ) - clock_timestamp())::float END
    FROM permits WHERE operation = :operation AND number < :limit
    """
)
_GIVE_BACK = _statement(
    """
    UPDATE permits SET held_until = NULL, token = '', free_at = greatest(free_at, clock_timestamp() + :after)
    WHERE operation = :operation AND number = :number AND token = :token
    """
)
_WITHHOLD = _statement(
    """
    UPDATE permits SET free_at = greatest(free_at, clock_timestamp() + CASE WHEN (
        SELECT count(*) FROM permits AS other WHERE other.operation = :operation AND other.number != :number
            AND other.number < :limit AND other.free_at > clock_timestamp() + :window
    ) < :limit - 1 THEN :seconds ELSE least(:seconds, :window) END)
    WHERE operation = :operation AND number = :number
    """
)
_PAUSE = _statement(
    """
    UPDATE permits SET free_at = greatest(free_at, clock_timestamp() + :seconds) WHERE operation = :operation
    """
)
_USE = _statement(
    """
    SELECT priority, free_at > clock_timestamp() + :window AS withheld, count(*) AS permits FROM permits
    WHERE operation = :operation AND number < :limit
        AND (held_until > clock_timestamp() OR free_at > clock_timestamp())
    GROUP BY 1, 2
    """
)


class SharedPermits:
    """The permits of one operation."""

    same_way = False

    def __init__(self, engine: AsyncEngine, operation: str, limit: int, *, paced_from: int, lease: float) -> None:
        """Share ``limit`` permits; one that is held longer than ``lease`` seconds counts as lost.

        Classes from ``paced_from`` on are spread over the second, those of all processes together.
        """
        # Each of these is one statement: a transaction around it would cost two more round trips.
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._operation = operation
        self._limit = limit
        self._paced_from = paced_from
        self._lease = timedelta(seconds=lease)
        self._spacing = timedelta(seconds=spacing(limit))
        self._made = False
        self._writing: set[asyncio.Task[None]] = set()

    def take_now(self, priority: int) -> Permit | None:  # noqa: ARG002 - the interface
        """Return nothing: whether one is free is not known here."""
        return None

    async def take(self, priority: int) -> Permit | float:
        """Return a permit that is free, or soon is, else in how many seconds to ask again.

        A person's may be good a little later: it is reserved before anybody else can take it.
        """
        paced = priority >= self._paced_from
        token = uuid.uuid4().hex
        given = {
            "token": token,
            "priority": priority,
            "reach": timedelta(seconds=0.0 if paced else WINDOW),
            "spacing": self._spacing if paced else timedelta(0),
            "lease": self._lease,
        }
        try:
            await self._make()
            async with self._engine.connect() as tx:
                found = (await tx.execute(_TAKE, self._named(given))).one_or_none()
                if found is not None:
                    return Permit(found.number, token, max(0.0, found.wait))
                if not paced:
                    return PERSON_LOOKS
                wait = await tx.scalar(_NEXT, self._named({"spacing": self._spacing}))
        except (SQLAlchemyError, asyncpg.PostgresError, OSError) as exc:
            raise PermitsUnavailableError(
                f"the database of the shared quota does not answer ({type(exc).__name__})"
            ) from exc
        return LONGEST_NAP if wait is None else min(max(wait, PERSON_LOOKS / 4), LONGEST_NAP)

    def give_back(self, permit: Permit, after: float) -> None:
        """Let the permit be free again after so many seconds."""
        self._write(_GIVE_BACK, number=permit.number, token=permit.token, after=timedelta(seconds=after))

    def withhold(self, permit: Permit, seconds: float) -> None:
        """Keep this permit from everybody for so long, the last one for a second at most."""
        self._write(_WITHHOLD, number=permit.number, seconds=timedelta(seconds=seconds), window=_WINDOW)

    def pause(self, seconds: float) -> None:
        """Keep every permit from everybody for so long."""
        self._write(_PAUSE, seconds=timedelta(seconds=seconds))

    async def use(self) -> Use:
        """Return how they stand now, for all processes together."""
        await self._make()
        async with self._engine.connect() as tx:
            rows = (await tx.execute(_USE, self._named({"window": _WINDOW}))).all()
        used = Counter({row.priority: row.permits for row in rows if not row.withheld})
        return Use(used, sum(row.permits for row in rows if row.withheld))

    async def _make(self) -> None:
        if not self._made:
            async with self._engine.connect() as tx:
                await tx.execute(_MAKE, self._named({"window": _WINDOW}))
            self._made = True

    def _named(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {"operation": self._operation, "limit": self._limit, **given}

    def _write(self, statement: TextClause, **given: Any) -> None:
        task = asyncio.create_task(self._written(statement, self._named(given)))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def _written(self, statement: TextClause, given: dict[str, Any]) -> None:
        try:
            async with self._engine.connect() as tx:
                await tx.execute(statement, given)
        except Exception as exc:  # noqa: BLE001 - the lease does the same, later
            log.warning("a permit of the shared quota could not be given back", error=type(exc).__name__)
