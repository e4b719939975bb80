"""One request over the network: the only place that the client's session is used."""

import aiohttp
import yarl

from bot.cams import wire
from bot.cams.errors import CamsNotSentError, CamsUnknownOutcomeError

# Nothing is compressed, so no small answer can grow into a large one.
_NOT_SENT = ("Content-Type", "Accept-Encoding")
_NEVER_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
    aiohttp.ServerFingerprintMismatch,
)


async def send(
    session: aiohttp.ClientSession, operation: str, request: wire.Request, within: aiohttp.ClientTimeout
) -> wire.Response:
    """Send one request, once, and return the answer, of whatever content.

    Raises CamsNotSentError where nothing left us, and CamsUnknownOutcomeError where no whole answer came.
    """
    try:
        async with session.post(
            # What was signed is what is sent: yarl would encode it in its own way.
            yarl.URL(request.url, encoded=True),
            headers=request.headers,
            skip_auto_headers=_NOT_SENT,
            allow_redirects=False,
            raise_for_status=False,
            timeout=within,
        ) as response:
            return wire.Response(response.status, response.headers, await _body(response))
    except _NEVER_SENT as exc:
        # Its text may hold the address, and that the telephone number.
        raise CamsNotSentError(operation, f"no connection to CAMS ({type(exc).__name__})") from None
    except (aiohttp.ClientError, OSError) as exc:
        message = f"no whole answer from CAMS ({type(exc).__name__})"
        raise CamsUnknownOutcomeError(operation, message, transient=True) from None


def in_total(seconds: float) -> aiohttp.ClientTimeout:
    """Bound an attempt as a whole, for a server may send a byte a second for ever."""
    return aiohttp.ClientTimeout(total=seconds, connect=seconds / 2)


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """Read a body as far as it is of use: one byte more than is allowed says enough."""
    first = await response.content.readany()
    if response.content.at_eof():
        return first
    body = bytearray(first)
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > wire.MAX_BODY:
            break
    return bytes(body)
