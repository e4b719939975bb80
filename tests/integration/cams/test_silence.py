"""Many callers before a CAMS that is silent, one whose certificate is wrong, and one that refuses the key."""

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot.cams import circuit
from bot.cams.arrival import ArrivalConnector
from bot.cams.client import CamsClient, Limits
from bot.cams.credentials import Credentials, StaticCredentials
from bot.cams.errors import CamsCredentialsRefusedError, CamsDownError, CamsError, CamsNotSentError
from bot.cams.quota import QUOTAS, Quota
from sandbox.cams import Fault, LocalCams
from sandbox.cams.local import DEMO_KEY
from sandbox.cams.quota import Quotas

PLENTY = dict.fromkeys(QUOTAS, 100_000)
KEY = StaticCredentials(Credentials(DEMO_KEY.id, DEMO_KEY.secret))


@asynccontextmanager
async def calling(endpoint: str, trusted: ssl.SSLContext | None = None) -> AsyncIterator[CamsClient]:
    async with aiohttp.ClientSession(connector=ArrivalConnector(ssl=trusted or True)) as session:
        yield CamsClient(
            session,
            endpoint,
            KEY,
            clock=lambda: datetime.now(UTC),
            limits=Limits(attempt=1.0),
            quota=Quota(limits=PLENTY),
        )


async def ask_until(cams: CamsClient, ends: asyncio.Event) -> list[CamsError]:
    """Ask again and again, as somebody would who does not know better."""
    met = list[CamsError]()
    while not ends.is_set():
        try:
            await cams.create_qr_code("8613800001234", "Hello")
        except CamsError as error:
            met.append(error)
        await asyncio.sleep(0.01)
    return met


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the circuit open, and probe, sooner than in life."""
    monkeypatch.setattr(circuit, "FAILING_SECONDS", 0.2)
    monkeypatch.setattr(circuit, "PROBE_SECONDS", 0.4)


@pytest.mark.usefixtures("quick")
async def test_before_a_silent_cams_a_hundred_callers_send_a_probe_now_and_then_and_find_it_back() -> None:
    async with LocalCams.start() as local, calling(local.url) as cams:
        local._gateway._quota = Quotas(PLENTY)
        down, ends = local.faults.add(Fault("unavailable")), asyncio.Event()
        callers = [asyncio.create_task(ask_until(cams, ends)) for _ in range(100)]
        while not cams._caller.circuits._operations["CreatePhoneMessageQrdl"].is_open:  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        sent = len(local.calls)
        await asyncio.sleep(1.3)
        probes = len(local.calls) - sent
        local.faults.remove(down)
        codes = local.world.spaces["cams-demo1"].numbers["8613800001234"].qr_codes
        while len(codes) == 1:  # noqa: ASYNC110 - what is looked at cannot set an event
            await asyncio.sleep(0.01)
        ends.set()
        met = [error for errors in await asyncio.gather(*callers) for error in errors]

    assert 1 <= probes <= 4
    assert sum(isinstance(error, CamsDownError) for error in met) > 1_000


async def test_a_key_that_is_refused_is_sent_once_and_not_a_hundred_times() -> None:
    async with LocalCams.start() as local, calling(local.url) as cams:
        local.signatures.revoke(DEMO_KEY.id)
        met = await asyncio.gather(*(cams.get_waba() for _ in range(3)), return_exceptions=True)
        sent = len(local.calls)
        met += await asyncio.gather(*(cams.get_waba() for _ in range(100)), return_exceptions=True)

    assert {type(each) for each in met} == {CamsCredentialsRefusedError}
    assert len(local.calls) == sent


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """Write a key and a certificate that nobody has signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    today = datetime.now(UTC)
    names = [x509.IPAddress(ipaddress.ip_address(name))] if name[0].isdigit() else [x509.DNSName(name)]
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "key.pem", folder / "certificate.pem"
    files[0].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    files[1].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return files


@asynccontextmanager
async def tls_server(folder: Path, name: str) -> AsyncIterator[tuple[str, list[bytes], Path]]:
    """Listen with a certificate for a name, and note what comes in."""
    key, chain = certificate(folder, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    heard = list[bytes]()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(100))
        writer.close()

    async with await asyncio.start_server(hear, "127.0.0.1", 0, ssl=context) as server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", heard, chain


async def test_to_a_certificate_that_nobody_vouches_for_nothing_is_sent(tmp_path: Path) -> None:
    async with tls_server(tmp_path, "127.0.0.1") as (url, heard, _), calling(url) as cams:
        with pytest.raises(CamsNotSentError, match="Certificate"):
            await cams.create_qr_code("8613800001234", "Hello")

    assert b"".join(heard) == b""


async def test_to_a_certificate_of_another_name_nothing_is_sent(tmp_path: Path) -> None:
    async with tls_server(tmp_path, "cams.example") as (url, heard, chain):
        trusted = ssl.create_default_context(cafile=str(chain))
        async with calling(url, trusted) as cams:
            with pytest.raises(CamsNotSentError, match="Certificate"):
                await cams.create_qr_code("8613800001234", "Hello")

    assert b"".join(heard) == b""
