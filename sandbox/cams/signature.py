"""Who is calling: ACS3-HMAC-SHA256, checked from the request as it came over the wire.

https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature
"""

import hashlib
import hmac
import itertools
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote

from sandbox.cams.errors import RefusalError, missing

ALGORITHM = "ACS3-HMAC-SHA256"
DATE_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
TOLERANCE = timedelta(minutes=15)
# Two for each that comes keeps the memory bounded, and the cost of a call constant.
FORGOTTEN_AT_ONCE = 2
AUTHORIZATION = re.compile(
    rf"{ALGORITHM} +Credential=(?P<key>[^,\s]+), *SignedHeaders=(?P<headers>[^,\s]+)"
    r", *Signature=(?P<signature>[0-9a-fA-F]+)"
)


@dataclass(frozen=True)
class AccessKey:
    """A key pair; with a security token it is a temporary one from STS, which must come with its token.

    From `expires_at` on, the token is refused; None: never.
    """

    id: str
    secret: str = field(repr=False)
    security_token: str = field(default="", repr=False)
    expires_at: datetime | None = None


@dataclass(frozen=True)
class RawRequest:
    """A request as received: path and query still encoded, header names in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes

    @property
    def parameters(self) -> dict[str, str]:
        """The query decoded as a form is: "+" is a space, the last of two equal names wins."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


class Signatures:
    """Checks requests against the account's keys, and remembers the nonces it has seen."""

    def __init__(self, keys: Iterable[AccessKey]) -> None:
        """Take the keys; more may be put into `keys` at any time."""
        self.keys = {key.id: key for key in keys}
        self._nonces: dict[str, datetime] = {}

    def issue(self, expires_at: datetime | None = None) -> AccessKey:
        """Make a temporary key beside the others, as STS does; to rotate is to issue one and to revoke the old one."""
        key = AccessKey(f"STS.{secrets.token_hex(8)}", secrets.token_hex(16), secrets.token_urlsafe(48), expires_at)
        self.keys[key.id] = key
        return key

    def expire(self, key_id: str, at: datetime) -> None:
        """Let the token of a temporary key be good until `at`.

        Raises:
            KeyError: there is no such key.
            ValueError: the key has no token, so that none can expire.
        """
        key = self.keys[key_id]
        if not key.security_token:
            raise ValueError(f"{key_id} is no temporary key")
        self.keys[key_id] = replace(key, expires_at=at)

    def revoke(self, key_id: str) -> None:
        """Forget a key: whoever still signs with it is not known. Raises KeyError."""
        del self.keys[key_id]

    def verify(self, request: RawRequest, now: datetime) -> AccessKey:
        """Return the key that signed the request.

        Raises:
            RefusalError: with the code that the gateway gives for what is wrong.
        """
        claimed = AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
        if claimed is None:
            raise RefusalError("IncompleteSignature")
        key = self.keys.get(claimed["key"])
        if key is None:
            raise RefusalError("InvalidAccessKeyId.NotFound", http_status=404)
        _check_date(request.headers.get("x-acs-date", ""), now)
        _check_token(key, request.headers.get("x-acs-security-token", ""), now)
        _check_signature(request, key, claimed["headers"].split(";"), claimed["signature"])
        # Last, so that only somebody who holds the secret can use up a nonce.
        self._use_nonce(request.headers.get("x-acs-signature-nonce", ""), now)
        return key

    def _use_nonce(self, nonce: str, now: datetime) -> None:
        if not nonce:
            raise missing("SignatureNonce")
        self._forget(now)
        if nonce in self._nonces:
            raise RefusalError("SignatureNonceUsed")
        self._nonces[nonce] = now

    def _forget(self, now: datetime) -> None:
        # A date may lie one tolerance ahead and is good for one more: after both, the date alone refuses it.
        for nonce, seen in tuple(itertools.islice(self._nonces.items(), FORGOTTEN_AT_ONCE)):
            if now - seen > 2 * TOLERANCE:
                del self._nonces[nonce]


def _check_date(text: str, now: datetime) -> None:
    try:
        date = datetime.strptime(text, DATE_FORMAT).replace(tzinfo=UTC)
    except ValueError:
        raise RefusalError("InvalidTimeStamp.Format") from None
    if abs(now - date) > TOLERANCE:
        raise RefusalError("InvalidTimeStamp.Expired")


def _check_token(key: AccessKey, token: str, now: datetime) -> None:
    if key.security_token and not token:
        raise RefusalError("MissingSecurityToken")
    if not hmac.compare_digest(key.security_token.encode(), token.encode()):
        raise RefusalError("InvalidSecurityToken.MismatchWithAccessKey")
    if key.expires_at is not None and now >= key.expires_at:
        raise RefusalError("InvalidSecurityToken.Expired")


def _check_signature(request: RawRequest, key: AccessKey, signed: list[str], signature: str) -> None:
    required = {"host", *(name for name in request.headers if name.startswith("x-acs-"))}
    if required - set(signed) or set(signed) - set(request.headers):
        raise RefusalError("IncompleteSignature")
    string_to_sign = f"{ALGORITHM}\n{_sha256(canonical_request(request, signed).encode())}"
    expected = hmac.new(key.secret.encode(), string_to_sign.encode(), hashlib.sha256).hexdigest()
    body_is_signed = request.headers.get("x-acs-content-sha256") == _sha256(request.body)
    if not (hmac.compare_digest(expected, signature) and body_is_signed):
        # The string to sign gives nothing away: it is a hash of what the caller sent.
        raise RefusalError(
            "SignatureDoesNotMatch",
            f"Specified signature is not matched with our calculation. server string to sign is:{string_to_sign}",
        )


def canonical_request(request: RawRequest, signed: Iterable[str]) -> str:
    """Write the request the one way that both sides can agree on.

    The query is decoded and encoded again: how the caller encoded it does not matter, what it means does.
    """
    names = sorted(signed)
    pairs = sorted(
        (quote(name, safe="~"), quote(value, safe="~"))
        for name, value in parse_qsl(request.query, keep_blank_values=True)
    )
    lines = [
        request.method,
        request.path,
        "&".join(f"{name}={value}" for name, value in pairs),
        *(f"{name}:{request.headers[name].strip()}" for name in names),
        "",
        ";".join(names),
        request.headers.get("x-acs-content-sha256", ""),
    ]
    return "\n".join(lines)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
