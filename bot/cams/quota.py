"""The quota of an account: how often each operation may be called, and one governor for each.

https://www.alibabacloud.com/help/en/chatapp/developer-reference/api-cams-2020-06-06-quota names higher figures for
some operations than their own pages do; these are the lower ones.
"""

import time
from collections.abc import Callable, Mapping

from bot.cams.governor import Governor, Standing
from bot.cams.line import Priority
from bot.cams.permits import WINDOW, LocalPermits, Permits

QUOTAS: Mapping[str, int] = {
    "ListPhoneMessageQrdl": 5,
    "CreatePhoneMessageQrdl": 5,
    "DeletePhoneMessageQrdl": 5,
    "GetChatappVerifyCode": 10,
    "GetPhoneNumberVerificationStatus": 10,
    "QueryChatappBindWaba": 10,
    "QueryChatappPhoneNumbers": 10,
    "QueryPhoneBusinessProfile": 10,
    "ListInstance": 10,
    "UpdateAccountWebhook": 10,
}
"""Calls a second that an Alibaba Cloud account may make, by operation."""

MakePermits = Callable[[str, int], Permits]


def local_permits(*, rest: float = WINDOW, clock: Callable[[], float] = time.monotonic) -> MakePermits:
    """Return what makes the permits of an account that only this process uses.

    None is good before ``rest`` seconds: the process before this one may just have used them all.
    """
    return lambda _operation, limit: LocalPermits(limit, paced_from=Priority.POLL, clock=clock, rest=rest)


class Quota:
    """All governors of an account."""

    def __init__(
        self,
        make_permits: MakePermits | None = None,
        *,
        limits: Mapping[str, int] = QUOTAS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Spend ``limits`` calls a second, by operation. ``clock`` is the event loop's."""
        make = make_permits or local_permits(rest=0.0, clock=clock)
        self._governors = {
            operation: Governor(limit, make(operation, limit), clock) for operation, limit in limits.items()
        }

    def __getitem__(self, operation: str) -> Governor:
        """Return the governor of an operation."""
        return self._governors[operation]

    async def standings(self) -> Mapping[str, Standing]:
        """Return how each operation's quota stands."""
        return {operation: await governor.standing() for operation, governor in self._governors.items()}
