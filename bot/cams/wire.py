"""What goes over the wire: a call as a request, and an answer as fields or one of our errors. Values in, values out."""

import functools
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypedDict
from urllib.parse import urlsplit

from bot.cams import sign
from bot.cams.credentials import Credentials
from bot.cams.errors import (
    CamsCredentialsRefusedError,
    CamsError,
    CamsPermissionError,
    CamsRefusedError,
    CamsThrottledError,
    CamsUnknownOutcomeError,
)

VERSION = "2020-06-06"
MAX_BODY = 5 * 2**20
"""The longest answer that is read, in bytes. 2,000 QR codes, the most a number may have, are about 1 MB."""

# The gateway's codes come in families (InvalidAccessKeyId.NotFound, .Inactive …): a prefix is enough.
_THROTTLED = ("Throttling", "System.LimitControl")
_FAILED_INSIDE = ("ServiceUnavailable", "InternalError")
_REFUSALS: Mapping[type[CamsRefusedError], tuple[str, ...]] = {
    CamsPermissionError: ("Ram.PermissionDeny", "Forbidden", "NoPermission", "Authentication.NoAuth"),
    CamsCredentialsRefusedError: (
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidSecurityToken",
        "MissingSecurityToken",
        "SignatureDoesNotMatch",
    ),
}

_DEFAULT_PORTS = {"http": 80, "https": 443}
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_MILLISECONDS = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True, slots=True)
class Request:
    """One signed POST without a body. The repr shows nothing: the address holds numbers, the headers a signature."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


class Response(NamedTuple):
    """What came back, before anybody judged it."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        """Show nothing of what was answered: it may hold numbers."""
        return f"Response(status={self.status})"


class _Known(TypedDict):
    """What an answer tells beside its message."""

    code: str
    request_id: str
    http_status: int


@functools.cache
def origin(endpoint: str) -> tuple[str, str]:
    """Return the scheme of an endpoint and its Host header as an HTTP client sends it: no default port.

    Raises ValueError for anything but ``http(s)://host[:port]``.
    """
    parts = urlsplit(endpoint)
    stray = parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or stray:
        raise ValueError("A CAMS endpoint is a scheme, a host and a port: https://cams.ap-southeast-1.aliyuncs.com")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    bare = parts.port in {None, _DEFAULT_PORTS[parts.scheme]}
    return parts.scheme, host if bare else f"{host}:{parts.port}"


def build(
    operation: str,
    params: Mapping[str, str],
    *,
    endpoint: str,
    credentials: Credentials,
    now: datetime,
    nonce: str,
) -> Request:
    """Return the signed request of a call.

    All parameters stand in the query, in exactly the encoding that is signed: send the address as it is. ``now`` is
    aware; CAMS refuses what is more than 15 minutes off. ``nonce`` is fresh for every request.
    """
    scheme, host = origin(endpoint)
    query = sign.canonical_query(params)
    headers = {
        "accept": "application/json",
        "host": host,
        "x-acs-action": operation,
        "x-acs-content-sha256": sign.NO_CONTENT,
        "x-acs-date": _date(now.replace(microsecond=0)),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": VERSION,
    }
    if credentials.security_token:
        headers["x-acs-accesskey-id"] = credentials.access_key_id
        headers["x-acs-security-token"] = credentials.security_token
    headers["authorization"] = sign.authorization(
        credentials.access_key_id, credentials.access_key_secret, query, headers
    )
    return Request(f"{scheme}://{host}/?{query}", headers)


@functools.lru_cache(maxsize=1)
def _date(second: datetime) -> str:
    return second.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(operation: str, status: int, headers: Mapping[str, str], body: bytes) -> Mapping[str, Any]:
    """Return the fields of an answer that says success, else raise the CamsError that it amounts to.

    Success is ``Code == "OK"`` at any HTTP status: CAMS decides, not a gateway, and what was done must not be
    repeated for the sake of a strange status. ``Success: false`` beside an OK is a contradiction, so nobody
    knows what happened.
    """
    answer = _decoded(body)
    if answer.get("Code") != "OK":
        raise _failure(operation, status, headers, answer)
    # Absent in the Qrdl operations. A 1 or a "true" is nothing that CAMS documents.
    if answer.get("Success", True) is not True and answer["Success"] is not None:
        raise CamsUnknownOutcomeError(
            operation,
            "CAMS contradicts itself: Code is OK, but Success is not true",
            request_id=request_id(answer),
            http_status=status,
        )
    return answer


def request_id(answer: Mapping[str, Any]) -> str:
    """Return what Alibaba Cloud's support asks for, empty where the answer has none."""
    return _text(answer, "RequestId")


def _decoded(body: bytes) -> Mapping[str, Any]:
    """Return the fields of a body, none where it is not a JSON object in UTF-8."""
    if len(body) > MAX_BODY:
        return {}
    try:
        text = body.decode()
        answer = _JSON.decode(text)
        if "\\u" in text and _ESCAPED_SURROGATE.search(text):
            answer = _without_lone_surrogates(answer)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError("JSON has no such number")
    return value


_JSON = json.JSONDecoder(parse_constant=_finite, parse_float=_finite)


def _without_lone_surrogates(answer: Any) -> Any:
    # JSON may escape half a character, which no database and no Slack call could carry further.
    halves = json.dumps(answer, ensure_ascii=False).encode("utf-16-le", "surrogatepass")
    return json.loads(halves.decode("utf-16-le", "replace"))


def _failure(operation: str, status: int, headers: Mapping[str, str], answer: Mapping[str, Any]) -> CamsError:
    code, message = _text(answer, "Code"), _text(answer, "Message")
    known = _Known(code=code, request_id=request_id(answer), http_status=status)
    if status == 429 or code.startswith(_THROTTLED):
        wait = _retry_after(headers)
        return CamsThrottledError(operation, message or "over a limit", retry_after=wait, **known)
    if status >= 500 or code.startswith(_FAILED_INSIDE):
        return CamsUnknownOutcomeError(operation, "CAMS failed while it worked", transient=True, **known)
    if not code:
        # A cut answer looks like this too, where the server does not say how long it is.
        cut = status // 100 == 2
        return CamsUnknownOutcomeError(operation, "CAMS's answer cannot be read", transient=cut, **known)
    for kind, codes in _REFUSALS.items():
        if code.startswith(codes):
            return kind(operation, message, **known)
    return CamsRefusedError(operation, message, **known)


def _text(answer: Mapping[str, Any], name: str) -> str:
    value = answer.get(name)
    return value.strip() if isinstance(value, str) else ""


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the wait that the gateway asks for, in seconds. Its header counts milliseconds."""
    found = (value for name, value in headers.items() if name.lower() == "x-acs-retry-after")
    milliseconds = next(found, "").strip()
    return int(milliseconds) / 1000 if _MILLISECONDS.fullmatch(milliseconds) else None
