"""The signature ACS3-HMAC-SHA256: values in, a value out.

https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature
"""

import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"


def content_hash(body: bytes) -> str:
    """Return what the header x-acs-content-sha256 carries for a body, in lower-case hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def canonical_query(params: Mapping[str, str]) -> str:
    """Return the query in the one encoding that is signed: RFC 3986, sorted, a space is ``%20``.

    Raises UnicodeEncodeError for a text that UTF-8 cannot carry.
    """
    return "&".join(f"{name}={value}" for name, value in sorted(map(_encoded, params.items())))


def _encoded(pair: tuple[str, str]) -> tuple[str, str]:
    name, value = pair
    return quote(name, safe=""), quote(value, safe="")


def canonical_request(query: str, headers: Mapping[str, str], body: bytes = b"") -> str:
    """Return the text whose hash is signed, for a POST to ``/`` with a query as canonical_query gives it.

    Every header given is a signed one, so give none that a proxy may change.
    """
    signed = sorted((name.lower(), value.strip()) for name, value in headers.items())
    lines = "".join(f"{name}:{value}\n" for name, value in signed)
    return f"POST\n/\n{query}\n{lines}\n{_names(headers)}\n{content_hash(body)}"


def authorization(
    access_key_id: str, access_key_secret: str, query: str, headers: Mapping[str, str], body: bytes = b""
) -> str:
    """Return the Authorization header of the request that canonical_request describes."""
    digest = hashlib.sha256(canonical_request(query, headers, body).encode()).hexdigest()
    signature = hmac.new(access_key_secret.encode(), f"{ALGORITHM}\n{digest}".encode(), "sha256").hexdigest()
    return f"{ALGORITHM} Credential={access_key_id},SignedHeaders={_names(headers)},Signature={signature}"


def _names(headers: Mapping[str, str]) -> str:
    return ";".join(sorted(name.lower() for name in headers))
