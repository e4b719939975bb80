"""Signed deliveries to a request URL: https://docs.slack.dev/authentication/verifying-requests-from-slack."""

import asyncio
import hashlib
import hmac
import json
from urllib.parse import urlencode

import aiohttp

from sandbox.slack.model import Json
from sandbox.slack.parcels import FAILED, TIMED_OUT, Parcel, Receipt
from sandbox.slack.workspace import Workspace

# https://docs.slack.dev/apis/events-api/#retries
NO_RETRY = "X-Slack-No-Retry"


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """Return the value of X-Slack-Signature, version v0."""
    base = b"v0:%d:%b" % (timestamp, body)
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


class HttpDelivery:
    """Sends parcels to `url`.

    To see an app refuse a forgery, set `signing_secret` to a wrong one or `seconds_late` to how old the time stamp is.
    """

    def __init__(self, workspace: Workspace, session: aiohttp.ClientSession) -> None:
        self._workspace = workspace
        self._session = session
        self.url = ""
        self.signing_secret = workspace.app.signing_secret
        self.seconds_late = 0

    async def deliver(self, parcel: Parcel, patience: float) -> Receipt:
        """Send a parcel; the answer's body is the acknowledgement."""
        content_type, body = _body(parcel)
        headers = {"Content-Type": content_type}
        if parcel.retry_attempt:
            headers["X-Slack-Retry-Num"] = str(parcel.retry_attempt)
            headers["X-Slack-Retry-Reason"] = parcel.retry_reason
        try:
            answer, text = await self._post(body, headers, patience)
        except TimeoutError:
            return Receipt(TIMED_OUT)
        except aiohttp.ClientError:
            return Receipt(FAILED)
        if 200 <= answer.status < 300:
            return Receipt(payload=_payload(text))
        return Receipt(FAILED, is_final=answer.headers.get(NO_RETRY) == "1")

    async def verify(self, patience: float = 3.0) -> bool:
        """Send the url_verification of the Events API; say whether the challenge came back."""
        challenge = self._workspace.new_id("challenge")
        said = {"type": "url_verification", "challenge": challenge}
        body = json.dumps({"token": self._workspace.app.verification_token, **said}).encode()
        try:
            answer, text = await self._post(body, {"Content-Type": "application/json"}, patience)
        except (TimeoutError, aiohttp.ClientError):
            return False
        return answer.status == 200 and challenge in {text.strip(), _payload(text).get("challenge")}

    async def _post(self, body: bytes, headers: dict[str, str], patience: float) -> tuple[aiohttp.ClientResponse, str]:
        timestamp = int(self._workspace.clock().timestamp()) - self.seconds_late
        signed = {
            "X-Slack-Request-Timestamp": str(timestamp),
            "X-Slack-Signature": signature(self.signing_secret, timestamp, body),
        }
        async with (
            asyncio.timeout(patience),
            self._session.post(self.url, data=body, headers=headers | signed, allow_redirects=False) as answer,
        ):
            return answer, await answer.text(errors="replace")


def _body(parcel: Parcel) -> tuple[str, bytes]:
    if parcel.kind == "events_api":
        return "application/json", json.dumps(parcel.payload).encode()
    form = parcel.payload if parcel.kind == "slash_commands" else {"payload": json.dumps(parcel.payload)}
    return "application/x-www-form-urlencoded", urlencode(form).encode()


def _payload(text: str) -> Json:
    """A body that is no JSON object is a text to show."""
    try:
        payload = json.loads(text)
    except ValueError:
        return {"text": text} if text.strip() else {}
    return payload if isinstance(payload, dict) else {}
