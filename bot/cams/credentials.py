"""Who we are for Alibaba Cloud, and where that is learnt from."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from bot.cams.errors import CamsCredentialsMissingError

REFRESH_AFTER = 60.0
"""From this age on, in seconds, credentials are still used while newer ones are asked for."""
USABLE_FOR = 600.0
"""At this age, in seconds, nobody gets them any more. The chain renews 15 minutes before the end, so they are alive."""

_HELP = (
    "no Alibaba Cloud credentials. Set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET"
    " (and ALIBABA_CLOUD_SECURITY_TOKEN for temporary ones), or use ~/.aliyun/config.json,"
    " ~/.alibabacloud/credentials.ini, an OIDC role (ALIBABA_CLOUD_ROLE_ARN, ALIBABA_CLOUD_OIDC_PROVIDER_ARN,"
    " ALIBABA_CLOUD_OIDC_TOKEN_FILE), an ECS instance role or ALIBABA_CLOUD_CREDENTIALS_URI"
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """An access key; with a security token it is a temporary one."""

    access_key_id: str
    access_key_secret: str = field(repr=False)
    security_token: str = field(default="", repr=False)


class CredentialsSource(Protocol):
    """Where the client asks before every attempt."""

    def at_hand(self) -> Credentials | None:
        """Return credentials that are good now if nobody has to be asked for them."""
        ...

    async def get(self) -> Credentials:
        """Return credentials that are good now, or raise CamsCredentialsMissingError."""
        ...

    def refused(self, credentials: Credentials) -> None:
        """Take note that CAMS does not accept these: the next `get` should look for others."""
        ...


@dataclass(frozen=True, slots=True)
class StaticCredentials:
    """Credentials that stay."""

    credentials: Credentials

    def at_hand(self) -> Credentials:
        """Return them."""
        return self.credentials

    async def get(self) -> Credentials:
        """Return them."""
        return self.credentials

    def refused(self, credentials: Credentials) -> None:
        """There are no others."""


class ChainCredentials:
    """The default chain of alibabacloud-credentials: environment, OIDC, profiles, ECS role, URI.

    The library reads the environment when it is imported, and it is imported by the first ``get``: variables
    that are set by then count, later changes never do.

    The chain does not tell when its credentials end, so they are asked for again every minute, behind the
    callers' backs; that is cheap while its own cache is fresh. It runs in a thread, because its refresh
    blocks (it holds a threading.Lock meanwhile, and its own background threads take that lock too), and one
    at a time: all who wait share one refresh and its failure.
    """

    def __init__(
        self,
        new_load: "Callable[[], Callable[[], Credentials]] | None" = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        timeout: float = 10.0,
    ) -> None:
        """Take what makes a blocking function that asks the chain, a monotonic clock, and the longest wait in seconds.

        The chain keeps what it found for itself, so after a refusal it is made anew.
        """
        self._new_load = new_load or _DefaultChain
        self._load = self._new_load()
        self._clock = clock
        self._timeout = timeout
        self._cached: tuple[float, Credentials] | None = None
        self._refresh: asyncio.Task[Credentials] | None = None

    def at_hand(self) -> Credentials | None:
        """Return credentials that were asked for lately."""
        fresh = self._cached is not None and self._clock() - self._cached[0] < REFRESH_AFTER
        return self._cached[1] if fresh and self._cached else None

    async def get(self) -> Credentials:
        """Return credentials that live for minutes at least, or raise CamsCredentialsMissingError in bounded time."""
        now = self._clock()
        if self._cached is None or now - self._cached[0] >= USABLE_FOR:
            return await asyncio.shield(self._refreshing())
        since, credentials = self._cached
        if now - since >= REFRESH_AFTER:
            self._refreshing()
        return credentials

    def refused(self, credentials: Credentials) -> None:
        """Ask the chain anew, from its beginning, if these are still the ones in use."""
        if self._cached is not None and self._cached[1] == credentials:
            self._cached = None
            self._load = self._new_load()
            # One under way asks the chain as it was, which may still hold the refused ones.
            self._refresh = None

    def _refreshing(self) -> asyncio.Task[Credentials]:
        if self._refresh is None or self._refresh.done():
            self._refresh = asyncio.create_task(self._renew(), name="refresh CAMS credentials")
            # Nobody may be waiting for it, and then asyncio would complain about a failure that the next get repeats.
            self._refresh.add_done_callback(lambda task: task.cancelled() or task.exception())
        return self._refresh

    async def _renew(self) -> Credentials:
        since, load = self._clock(), self._load
        try:
            async with asyncio.timeout(self._timeout):
                credentials = await asyncio.to_thread(load)
        except Exception as exc:  # noqa: BLE001 - the chain may raise anything: it runs files and programs of the user's
            reason = f"{_HELP} (the chain ended with {type(exc).__name__})"
            # Its texts quote what providers answered, which may hold half a key.
            raise CamsCredentialsMissingError("credentials", reason) from None
        if load is self._load:
            self._cached = since, credentials
        return credentials


class _DefaultChain:
    """The official chain, imported and built when it is first asked."""

    def __init__(self) -> None:
        self._ask: Callable[[], Credentials] | None = None

    def __call__(self) -> Credentials:
        if self._ask is None:
            self._ask = _official_chain()
        return self._ask()


def _official_chain() -> Callable[[], Credentials]:
    # Half a second and hundreds of modules, which a fixed key does not need.
    from alibabacloud_credentials.provider import DefaultCredentialsProvider  # noqa: PLC0415 - see above

    for name in ("credentials", "alibabacloud-tea"):
        # They quote what providers answered, on handlers of their own; what failed is told by our error.
        logging.getLogger(name).setLevel(logging.CRITICAL)
    provider = DefaultCredentialsProvider()

    def ask() -> Credentials:
        found = provider.get_credentials()
        return Credentials(found.get_access_key_id(), found.get_access_key_secret(), found.get_security_token() or "")

    return ask
