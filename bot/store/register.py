"""The register: every space of the account, its WABA, and which telephone numbers belong to it."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, or_, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.cams.models import Number, SpaceListing, Waba
from bot.store.base import Queries, insert
from bot.store.rows import Space, SpaceNumber
from bot.store.tables import numbers, spaces, watches

Stamp = tuple[object, ...]
_SPACE = select(*(spaces.c[field.name] for field in fields(Space)))
_NUMBER = select(*(numbers.c[field.name] for field in fields(SpaceNumber)))


class RegisterQueries(Queries):
    """Spaces and numbers."""

    async def register_stamp(self) -> Stamp:
        """Return what is another value as soon as anything in the register is."""
        of_spaces = select(func.count(), func.max(spaces.c.listed_at), func.max(spaces.c.read_at)).select_from(spaces)
        of_numbers = select(func.count(), func.max(numbers.c.seen_at)).select_from(numbers)
        async with self._reading() as tx:
            return (*(await tx.execute(of_spaces)).one(), *(await tx.execute(of_numbers)).one())

    async def spaces_after(self, space_id: str, limit: int) -> list[Space]:
        """Return the next spaces behind an ID, by ID."""
        query = _SPACE.where(spaces.c.space_id > space_id).order_by(spaces.c.space_id).limit(limit)
        async with self._reading() as tx:
            return [Space(*row) for row in await tx.execute(query)]

    async def numbers_after(self, phone_number: str, limit: int) -> list[SpaceNumber]:
        """Return the next numbers behind one, in the order of their digits."""
        query = _NUMBER.where(numbers.c.phone_number > phone_number).order_by(numbers.c.phone_number).limit(limit)
        async with self._reading() as tx:
            return [SpaceNumber(*row) for row in await tx.execute(query)]

    async def space_of(self, phone_number: str) -> str | None:
        """Return the space that a number (digits only) was last seen in, None if it never was."""
        query = select(numbers.c.space_id).where(numbers.c.phone_number == phone_number)
        async with self._reading() as tx:
            return await tx.scalar(query)

    async def remember_number(self, phone_number: str, space_id: str, now: datetime) -> None:
        """Note that CAMS knew the number (digits only) in this space."""
        seen = {"space_id": space_id, "seen_at": now}
        async with self._writing() as tx:
            await tx.execute(
                insert(tx, numbers)
                .values(phone_number=phone_number, **seen)
                .on_conflict_do_update(index_elements=["phone_number"], set_=seen)
            )

    async def note_listed(self, listed: Iterable[SpaceListing], began: datetime) -> None:
        """Note spaces that a listing named. `began` is when the listing did, the same for all its pages."""
        rows = [
            {"space_id": one.space_id, "name": one.name, "state": one.state, "listed_at": began, **_NOTHING_READ}
            # In one order, so that two of these cannot wait for each other.
            for one in sorted(listed, key=lambda one: one.space_id)
        ]
        if not rows:
            return
        async with self._writing() as tx:
            adding = insert(tx, spaces)
            news = {name: adding.excluded[name] for name in ("name", "state", "listed_at")}
            # A listing that began earlier must not take a later one's place: then that one would find it gone.
            later = spaces.c.listed_at < adding.excluded.listed_at
            await tx.execute(
                adding.on_conflict_do_update(index_elements=["space_id"], set_=news, where=later),
                rows,
            )

    async def forget_unlisted(self, began: datetime) -> list[str]:
        """Forget the spaces, and their numbers, that a whole listing which began then did not name; return which."""
        unlisted = spaces.c.listed_at < began
        async with self._writing() as tx:
            gone = select(spaces.c.space_id).where(unlisted)
            await tx.execute(delete(numbers).where(numbers.c.space_id.in_(gone)))
            return sorted(await tx.scalars(delete(spaces).where(unlisted).returning(spaces.c.space_id)))

    async def note_known(self, more: Iterable[str], now: datetime) -> None:
        """Note the spaces that are known without a listing: the watched ones, those of the numbers, and `more`."""
        async with self._writing() as tx:
            known = await tx.scalars(union(select(watches.c.space_id), select(numbers.c.space_id)))
            rows = [
                {"space_id": space_id, "name": "", "state": "", "listed_at": now, **_NOTHING_READ}
                for space_id in sorted({*known, *more} - {""})
            ]
            if rows:
                await tx.execute(insert(tx, spaces).on_conflict_do_nothing(), rows)

    async def spaces_due(self, read_before: datetime) -> list[str]:
        """Return the spaces that were not read since, those never read first, then those read longest ago."""
        query = select(spaces.c.space_id).where(_not_read_since(read_before))
        order = (spaces.c.read_at.is_not(None), spaces.c.read_at, spaces.c.space_id)
        async with self._reading() as tx:
            return list(await tx.scalars(query.order_by(*order)))

    async def claim_space(self, space_id: str, read_before: datetime, now: datetime, lease: timedelta) -> bool:
        """Take it on to read a space; return False where another has read it, or reads it now.

        The claim ends with `record_space`, and by itself after the lease.
        """
        unclaimed = or_(spaces.c.claimed_at.is_(None), spaces.c.claimed_at < now - lease)
        mine = and_(spaces.c.space_id == space_id, _not_read_since(read_before), unclaimed)
        async with self._writing() as tx:
            return (await tx.execute(update(spaces).where(mine).values(claimed_at=now))).rowcount == 1

    async def record_space(
        self, space_id: str, waba: Waba | None, found: Sequence[Number] | None, now: datetime
    ) -> tuple[Space, list[SpaceNumber]] | None:
        """Record what was read of a space, and return all that is now known of it; None where it is gone.

        What could not be read is None, and stays as it was. A number that CAMS listed before and lists no more goes;
        one that is only remembered stays.
        """
        values: dict[str, object] = {"claimed_at": None}
        if waba:
            values |= {"waba_id": waba.id, "waba_name": waba.name, "review_status": waba.review_status}
        if waba or found is not None:
            values["read_at"] = now
        async with self._writing() as tx:
            mine = spaces.c.space_id == space_id
            if (await tx.execute(update(spaces).where(mine).values(values))).rowcount == 0:
                return None
            if found is not None:
                await _record_numbers(tx, space_id, found, now)
            row = (await tx.execute(_SPACE.where(mine))).one()
            kept = await tx.execute(_NUMBER.where(numbers.c.space_id == space_id).order_by(numbers.c.phone_number))
            return Space(*row), [SpaceNumber(*one) for one in kept]


_NOTHING_READ = {"waba_id": "", "waba_name": "", "review_status": ""}


def _not_read_since(moment: datetime) -> ColumnElement[bool]:
    return or_(spaces.c.read_at.is_(None), spaces.c.read_at < moment)


async def _record_numbers(tx: AsyncConnection, space_id: str, found: Sequence[Number], now: datetime) -> None:
    rows = {
        one.phone_number: {
            "phone_number": one.phone_number,
            "space_id": space_id,
            "seen_at": now,
            "verified_name": one.verified_name,
            "status": one.status,
            "quality": one.quality,
            "verification": one.verification,
        }
        for one in sorted(found, key=lambda one: one.phone_number)
    }
    listed_before = and_(numbers.c.space_id == space_id, numbers.c.status != "")
    await tx.execute(delete(numbers).where(listed_before, numbers.c.phone_number.not_in(rows)))
    if rows:
        adding = insert(tx, numbers)
        news = {column.name: adding.excluded[column.name] for column in numbers.columns if not column.primary_key}
        await tx.execute(adding.on_conflict_do_update(index_elements=["phone_number"], set_=news), list(rows.values()))
