"""The Alibaba Cloud account that the settings name: its key, its quota, and the client that uses both."""

from collections.abc import Callable
from datetime import datetime

import aiohttp

from bot import audit
from bot.cams.client import CamsClient, Limits
from bot.cams.credentials import ChainCredentials, Credentials, CredentialsSource, StaticCredentials
from bot.cams.permits import WINDOW
from bot.cams.quota import Quota, local_permits
from bot.settings import Settings
from bot.store import Store

# Nobody looks at a spinner for longer: a person's read of CAMS ends by then, one way or the other.
PATIENCE_SECONDS = 4.3


def client(
    settings: Settings, session: aiohttp.ClientSession, store: Store, clock: Callable[[], datetime]
) -> CamsClient:
    """Return the client of the account, whose quota is shared with whoever shares the database."""
    limits = Limits(patience=PATIENCE_SECONDS)
    permits = store.shared_permits(lease=limits.attempt + WINDOW) or local_permits()
    return CamsClient(
        session,
        settings.cams_endpoint,
        _credentials(settings),
        clock=clock,
        observe=audit.observe,
        limits=limits,
        quota=Quota(permits),
    )


def _credentials(settings: Settings) -> CredentialsSource:
    if not settings.access_key_id:
        return ChainCredentials()
    return StaticCredentials(
        Credentials(
            settings.access_key_id,
            settings.access_key_secret.get_secret_value(),
            settings.security_token.get_secret_value(),
        )
    )
