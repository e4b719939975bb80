"""One push, as often as the contract has it.

Accepted is HTTP 200 with {"code": 0}; anything else is pushed again after one minute and after five, then dropped:
https://help.aliyun.com/zh/chatapp/developer-reference/chatappaudit-1
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from datetime import datetime

import aiohttp

from sandbox.cams.callbacks.log import Attempt, Push, PushLog

CONTENT_TYPE = "application/json;charset=UTF-8"
ANSWER_SHOWN = 500


class Sender:
    """Sends pushes on a session that somebody else opens and closes."""

    def __init__(self, log: PushLog, now: Callable[[], datetime]) -> None:
        """Write each attempt down in `log`, with the time of `now`."""
        self._log = log
        self._now = now

    async def deliver(
        self, session: aiohttp.ClientSession, push: Push, waits: Sequence[float], patience: float
    ) -> None:
        """Push once, and again after each of `waits` as long as it is not accepted within `patience` seconds."""
        for wait in (0.0, *waits):
            await asyncio.sleep(wait)
            attempt = await self._attempt(session, push, patience)
            push.attempts.append(attempt)
            if is_accepted(attempt.http_status, attempt.answer):
                push.outcome = "taken"
                break
            self._log.changed(push)
        else:
            push.outcome = "dropped"
        self._log.changed(push)

    async def _attempt(self, session: aiohttp.ClientSession, push: Push, patience: float) -> Attempt:
        at, timeout = self._now(), aiohttp.ClientTimeout(total=patience)
        headers = {"Content-Type": CONTENT_TYPE}
        try:
            async with session.post(
                push.url, data=push.body, headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                said = (await response.read()).decode(errors="replace")
                return Attempt(at, response.status, said[:ANSWER_SHOWN])
        except (aiohttp.ClientError, OSError) as exc:
            return Attempt(at, 0, "", type(exc).__name__)


def is_accepted(http_status: int, answer: str) -> bool:
    """Return whether this answer ends the pushing: `code` is the number 0, `msg` may be anything."""
    try:
        said = json.loads(answer)
    except (ValueError, RecursionError):
        return False
    code = said.get("code") if isinstance(said, dict) else None
    return http_status == 200 and code == 0 and isinstance(code, int) and not isinstance(code, bool)
