"""A local CAMS that listens on a port."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Self

from aiohttp import web

from sandbox.cams.callbacks import Callbacks
from sandbox.cams.calls import CallLog
from sandbox.cams.faults import Faults
from sandbox.cams.operations import OPERATIONS
from sandbox.cams.quota import Quotas, Window
from sandbox.cams.server import Gateway
from sandbox.cams.signature import AccessKey, Signatures
from sandbox.cams.world import World

DEMO_KEY = AccessKey("LTAI5tLOCALCAMS000000001", "local-cams-secret-that-opens-nothing")
# Long enough for an answer on its way, short enough that a late one does not hold up the end.
SHUTDOWN_SECONDS = 0.1
# 140 characters may take 12 bytes each in a query; a longer message should meet CAMS's refusal, not the parser's.
REQUEST_LINE_BYTES = 256 * 1024


def _utc_now() -> datetime:
    return datetime.now(UTC)


class LocalCams:
    """The operations over a world, at `url`.

    `world`, `faults`, `quota`, `calls`, `signatures` (the account's keys) and `callbacks` may be read and changed
    while it runs.
    """

    def __init__(self, world: World, window: Window, now: Callable[[], datetime]) -> None:
        """Put it together; `start` makes it listen."""
        self.world = world
        self.faults = Faults()
        self.quota = Quotas({name: op.calls_per_second for name, op in OPERATIONS.items()}, window)
        self.calls = CallLog()
        self.signatures = Signatures([DEMO_KEY])
        self.callbacks = Callbacks(world, now)
        self.url = ""
        self._gateway = Gateway(world, self.signatures, self.quota, self.faults, self.calls, now)

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        host: str = "127.0.0.1",
        port: int = 0,
        world: World | None = None,
        window: Window = "sliding",
        now: Callable[[], datetime] = _utc_now,
    ) -> AsyncIterator[Self]:
        """Listen until the context ends; port 0 takes a free one. Without a world it is World.small().

        Raises:
            OSError: the port is taken.
        """
        cams = cls(world or World.small(), window, now)
        runner = web.AppRunner(
            cams._gateway.application(),
            access_log=None,
            max_line_size=REQUEST_LINE_BYTES,
            shutdown_timeout=SHUTDOWN_SECONDS,
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            cams.url = f"http://{host}:{runner.addresses[0][1]}"
            async with cams.callbacks.running():
                yield cams
        finally:
            await runner.cleanup()

    def environment(self, key: AccessKey = DEMO_KEY) -> dict[str, str]:
        """The variables that point a bot, or the official SDK, at this CAMS, with one of the keys it knows."""
        token = {"ALIBABA_CLOUD_SECURITY_TOKEN": key.security_token} if key.security_token else {}
        return token | {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": key.id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": key.secret,
            "CAMS_ENDPOINT": self.url,
            "CAMS_SPACE_ID": self.world.default_space_id,
        }
