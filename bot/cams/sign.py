"""The signature ACS3-HMAC-SHA256: values in, a value out.

https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature
"""

import functools
import hashlib
import hmac
import re
from collections.abc import Mapping
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"
# quote() changes none of these, and takes longer to find that out.
_PLAIN = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch


def content_hash(body: bytes) -> str:
    """Return what the header x-acs-content-sha256 carries for a body, in lower-case hexadecimal."""
    return hashlib.sha256(body).hexdigest()


NO_CONTENT = content_hash(b"")


def canonical_query(params: Mapping[str, str]) -> str:
    """Return the query in the one encoding that is signed: RFC 3986, sorted, a space is ``%20``.

    Raises UnicodeEncodeError for a text that UTF-8 cannot carry.
    """
    return "&".join(f"{name}={value}" for name, value in sorted(map(_encoded, params.items())))


def _encoded(pair: tuple[str, str]) -> tuple[str, str]:
    name, value = pair
    return name if _PLAIN(name) else quote(name, safe=""), value if _PLAIN(value) else quote(value, safe="")


def canonical_request(query: str, headers: Mapping[str, str], body: bytes = b"") -> str:
    """Return the text whose hash is signed, for a POST to ``/`` with a query as canonical_query gives it.

    Every header given is a signed one, so give none that a proxy may change.
    """
    signed = _signed(headers)
    return _canonical(query, signed, _names(signed), body)


def authorization(
    access_key_id: str, access_key_secret: str, query: str, headers: Mapping[str, str], body: bytes = b""
) -> str:
    """Return the Authorization header of the request that canonical_request describes."""
    signed = _signed(headers)
    names = _names(signed)
    digest = hashlib.sha256(_canonical(query, signed, names, body).encode()).hexdigest()
    keyed = _keyed(access_key_secret).copy()
    keyed.update(f"{ALGORITHM}\n{digest}".encode())
    return f"{ALGORITHM} Credential={access_key_id},SignedHeaders={names},Signature={keyed.hexdigest()}"


@functools.lru_cache(maxsize=1)
def _keyed(secret: str) -> hmac.HMAC:
    return hmac.new(secret.encode(), digestmod="sha256")


def _canonical(query: str, signed: list[tuple[str, str]], names: str, body: bytes) -> str:
    lines = "".join([f"{name}:{value}\n" for name, value in signed])
    return f"POST\n/\n{query}\n{lines}\n{names}\n{content_hash(body) if body else NO_CONTENT}"


def _signed(headers: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted([(name.lower(), value.strip()) for name, value in headers.items()])


def _names(signed: list[tuple[str, str]]) -> str:
    return ";".join([name for name, _ in signed])
