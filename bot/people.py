"""Who somebody is, remembered for a while: people act more often than Slack may be asked (twenty times a minute)."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot.access import Person
from bot.errors import AccessDeniedError
from bot.slack import Slack, error_code

log = structlog.get_logger()
T = TypeVar("T")
# https://docs.slack.dev/reference/methods/usergroups.users.list
NO_GROUP = "no_such_subteam"
REMEMBERED = timedelta(minutes=5)
# Slack out of reach is no reason to lock an operator out; a day without an answer is.
STALE_AT_MOST = timedelta(days=1)


@dataclass(frozen=True)
class _Known(Generic[T]):
    value: T
    at: datetime


class _Memory(Generic[T]):
    """What was looked up, by ID: fresh for a while, then looked up again, and kept where that fails."""

    def __init__(self, look_up: Callable[[str], Awaitable[T]], clock: Callable[[], datetime]) -> None:
        self._look_up = look_up
        self._clock = clock
        self._known: dict[str, _Known[T]] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(self, key: str) -> T:
        # One at a time for each: fifty first commands of somebody are one question to Slack, not fifty; and one that
        # Slack leaves hanging holds up nobody else.
        async with self._locks[key]:
            known, now = self._known.get(key), self._clock()
            if known and now - known.at < REMEMBERED:
                return known.value
            try:
                value = await self._look_up(key)
            except (SlackApiError, aiohttp.ClientError, TimeoutError):
                if known and now - known.at < STALE_AT_MOST:
                    return known.value
                raise
            self._known[key] = _Known(value, now)
            return value


class People:
    """Looks up who somebody is: guest, stranger, member of which of the groups that have a role."""

    def __init__(self, slack: Slack, groups: frozenset[str], clock: Callable[[], datetime]) -> None:
        self._slack = slack
        self._groups = groups
        self._users: _Memory[Person] = _Memory(self._user, clock)
        self._members = _Memory(slack.group_members, clock)

    async def person(self, user_id: str, team_id: str) -> Person:
        """Return who acts.

        Raises:
            AccessDeniedError: Slack does not say who that is, so nothing may be done.
        """
        me = self._slack.me
        if not team_id or team_id not in {me.team_id, me.enterprise_id}:
            return Person(user_id, is_stranger=True)
        try:
            found = await self._users.get(user_id)
            groups = frozenset([group for group in self._groups if await self._is_in(user_id, group)])
        except SlackApiError as exc:
            raise AccessDeniedError(
                f"Slack does not tell me who you are ({error_code(exc)}), so nothing was done. "
                "Whoever runs this bot can compare its scopes with manifest.yml."
            ) from exc
        except (aiohttp.ClientError, TimeoutError) as exc:
            raise AccessDeniedError("Slack did not say who you are, so nothing was done. Try again.") from exc
        return Person(found.id, found.is_guest, found.is_stranger, groups)

    async def has_group(self, group_id: str) -> bool:
        """Return whether there is a user group with this ID; True where Slack does not say."""
        try:
            await self._slack.group_members(group_id)
        except SlackApiError as exc:
            return error_code(exc) != NO_GROUP
        except (aiohttp.ClientError, TimeoutError):
            return True
        return True

    async def _is_in(self, user_id: str, group_id: str) -> bool:
        try:
            return user_id in await self._members.get(group_id)
        except SlackApiError as exc:
            # It gives nobody a role then, and takes none away that comes from elsewhere.
            log.warning("a user group cannot be read", group=group_id, error=error_code(exc))
            return False

    async def _user(self, user_id: str) -> Person:
        found = await self._slack.user(user_id)
        me = self._slack.me
        elsewhere = found.get("team_id") not in {None, me.team_id, me.enterprise_id}
        return Person(
            user_id,
            is_guest=bool(found.get("is_restricted") or found.get("is_ultra_restricted")),
            is_stranger=bool(found.get("is_stranger") or elsewhere),
        )
