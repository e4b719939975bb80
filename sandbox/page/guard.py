"""Who may talk to the page: a browser or a program on this machine, and no page of another origin.

https://developer.mozilla.org/docs/Web/HTTP/Guides/CSP for the policy; checking Host is what keeps a name that an
attacker points at 127.0.0.1 (DNS rebinding) out.
"""

import re
from collections.abc import Awaitable, Callable

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOCAL_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?", re.ASCII)
SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@web.middleware
async def local_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse a Host that is not this machine, and an Origin that is not the page's own."""
    host = request.headers.get("Host", "")
    if not LOCAL_HOST.fullmatch(host):
        raise web.HTTPForbidden(text="This page answers to 127.0.0.1 and localhost alone.")
    if request.headers.get("Origin", f"http://{host}") != f"http://{host}":
        raise web.HTTPForbidden(text="No page of another origin may act here.")
    return await handler(request)


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Put the security headers on whatever leaves, refusals too."""
    response.headers.update(SECURITY_HEADERS)
