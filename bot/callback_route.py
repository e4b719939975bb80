"""Where CAMS pushes to: POST /cams/callback/<secret>.

    secret -> rate -> body -> read_callback -> the documented answer, and then `took`

CAMS signs nothing and publishes no addresses that it calls from, so a secret in the path is all that keeps others out:
https://www.alibabacloud.com/help/en/chatapp/developer-reference/chatappaudit-1
"""

import asyncio
import hmac
import re
from collections.abc import Callable

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web import RequestPayloadError

from bot.callbacks import BODY_MAX, Callback, MalformedCallbackError, read_callback

log = structlog.get_logger()
PATH = "/cams/callback/"
"""What stands before the secret in the address that CAMS is given."""
SECRET = re.compile("[A-Za-z0-9_-]{16,256}")
"""What a secret may be: too long to be guessed, and the same in an address as outside, as token_urlsafe makes it."""
BODY_SECONDS = 5.0
"""How long a body may take to arrive."""
RATE = 50.0
BURST = 200
"""Requests a second in the long run, and at once after a rest. What is turned away is pushed again a minute later."""


class TokenBucket:
    """BURST requests at once, and RATE a second in the long run.

    One for all who know the secret, not one for each address: behind a proxy all have the proxy's. Who does not know
    the secret never gets here, and so cannot use it up.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin full. `clock` gives seconds and only goes forward."""
        self._clock = clock
        self._tokens = float(BURST)
        self._at = clock()

    def take(self) -> bool:
        """Spend a token, and say whether there was one."""
        now = self._clock()
        self._tokens = min(BURST, self._tokens + (now - self._at) * RATE)
        self._at = now
        admitted = self._tokens >= 1
        self._tokens -= admitted
        return admitted


def add_callbacks(
    app: web.Application,
    secret: str,
    took: Callable[[Callback], None],
    clock: Callable[[], float],
    *,
    body_seconds: float = BODY_SECONDS,
) -> None:
    """Take what CAMS pushes at PATH + `secret`, and hand it to `took` once CAMS has its answer.

    `took` must neither block nor raise. `clock` gives seconds and only goes forward. A wrong secret is answered like a
    path that is not there, whatever the method.

    Raises:
        ValueError: the secret is none by SECRET.
    """
    if SECRET.fullmatch(secret) is None:
        raise ValueError("The secret of the callbacks takes 16 to 256 letters, digits, hyphens and underscores.")
    bucket = TokenBucket(clock)

    async def callback(request: web.Request) -> web.Response:
        # In bytes, for a path may hold what compare_digest does not take as text.
        if not hmac.compare_digest(request.match_info["secret"].encode(errors="replace"), secret.encode()):
            raise web.HTTPNotFound
        if request.method in {"GET", "HEAD"}:
            return _accepted()
        if request.method != "POST":
            raise web.HTTPMethodNotAllowed(request.method, ["GET", "HEAD", "POST"])
        if not bucket.take():
            raise web.HTTPTooManyRequests
        _read(await _body(request, body_seconds), took)
        return _accepted()

    # All methods: a 405 to a wrong secret would tell that there is something to be guessed.
    app.router.add_route("*", f"{PATH}{{secret}}", callback)


def _accepted() -> web.Response:
    return web.json_response({"code": 0, "msg": "成功"})


def _read(body: bytes, took: Callable[[Callback], None]) -> None:
    try:
        said = read_callback(body)
    except MalformedCallbackError as error:
        # Accepted all the same: the contract knows no refusal but a second and third push of the same bytes.
        log.warning(
            "a callback of CAMS cannot be read, and the next poll has to find what it was about", why=str(error)
        )
        return
    # The loop comes to it when the answer has left.
    asyncio.get_running_loop().call_soon(took, said)


async def _body(request: web.Request, seconds: float) -> bytes:
    """Return a body that is neither long nor slow. Raises the answer that it gets otherwise."""
    if (request.content_length or 0) > BODY_MAX:
        raise _closing(web.HTTPRequestEntityTooLarge(BODY_MAX, request.content_length or 0))
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > BODY_MAX:
                    raise _closing(web.HTTPRequestEntityTooLarge(BODY_MAX, len(body)))
    except TimeoutError:
        raise _closing(web.HTTPRequestTimeout()) from None
    except (OSError, RequestPayloadError, HttpProcessingError):
        # Broken off, or no HTTP: nobody else's mistake, and nothing for a log.
        raise _closing(web.HTTPBadRequest()) from None
    return bytes(body)


def _closing(answer: web.HTTPException) -> web.HTTPException:
    # The rest of the body would be taken for the next request.
    answer.force_close()
    return answer
