import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp

from bot.cams.client import CamsClient
from bot.cams.credentials import Credentials
from bot.cams.errors import CamsCredentialsRefusedError
from bot.cams.quota import QUOTAS, Quota
from sandbox.cams.local import LocalCams
from sandbox.cams.quota import Quotas
from sandbox.cams.signature import AccessKey

NUMBER = "8613800001234"
PLENTY = dict.fromkeys(QUOTAS, 1000)


@dataclass
class Rotating:
    """A source that has the next key, where there is one, as soon as the one before was refused."""

    now: AccessKey
    following: AccessKey | None = None

    def at_hand(self) -> Credentials:
        return Credentials(self.now.id, self.now.secret, self.now.security_token)

    async def get(self) -> Credentials:
        return self.at_hand()

    def refused(self, credentials: Credentials) -> None:
        if self.following is not None and credentials == self.at_hand():
            self.now = self.following


async def test_a_rotation_loses_no_call_and_doubles_no_write() -> None:
    async with LocalCams.start() as local, aiohttp.ClientSession() as session:
        local._gateway._quota = Quotas(PLENTY)
        old, new = local.signatures.issue(), local.signatures.issue()
        cams = CamsClient(
            session, local.url, Rotating(old, new), clock=lambda: datetime.now(UTC), quota=Quota(limits=PLENTY)
        )
        codes = local.world.spaces["cams-demo1"].numbers[NUMBER].qr_codes
        before, seen = len(codes), asyncio.Event()

        def revoke(_: object) -> None:
            if len(local.calls.of("CreatePhoneMessageQrdl")) == 10:
                local.signatures.revoke(old.id)
                seen.set()

        local.calls.listen(revoke)
        made = await asyncio.gather(*(cams.create_qr_code(NUMBER, f"Hello {at}") for at in range(50)))

    assert seen.is_set()
    assert len({code.code for code in made}) == 50
    assert len(codes) - before == 50
    assert {call.caller for call in local.calls} >= {old.id, new.id}


async def test_without_a_new_key_a_refused_one_is_not_tried_a_hundred_times() -> None:
    async with LocalCams.start() as local, aiohttp.ClientSession() as session:
        old = local.signatures.issue()
        local.signatures.revoke(old.id)
        cams = CamsClient(session, local.url, Rotating(old), clock=lambda: datetime.now(UTC))
        found = [await asyncio.gather(cams.get_waba(), return_exceptions=True) for _ in range(100)]

    assert {type(each) for (each,) in found} == {CamsCredentialsRefusedError}
    assert len(local.calls) == 1
