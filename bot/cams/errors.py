"""What can go wrong between us and CAMS.

CamsError
    CamsNotSentError                nothing left us, so nothing happened
        CamsDownError               CAMS does not answer anybody: not even tried
        CamsBusyError               our own quota is used up for longer than there is time
    CamsUnknownOutcomeError         sent, but no usable answer: a write may or may not have happened
    CamsCredentialsMissingError     there is nothing to sign with
    CamsRefusedError                CAMS answered, and said no
        CamsThrottledError          over a limit: nothing happened, and the same call may pass later
        CamsPermissionError         our identity is known, but may not do this
        CamsCredentialsRefusedError our identity is not accepted

The text of each is safe to log: what came from outside is shortened, and telephone numbers and anything that
looks like a key, a token or a signature are masked in it.
"""

import re
from typing import Self

# A refused signature comes back with the whole request in the message: number, token, signature.
_TOKEN = re.compile(r"(?=[A-Za-z+/=_%~-]*\d)[\w+/=%~-]{20,}", re.ASCII)
_TELEPHONE = re.compile(r"\d(?:[ ().-]{0,2}\d){6,}")
_REQUEST_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_LONGEST = 500


class CamsError(Exception):
    """The root of all that a call of CAMS raises.

    ``code``, ``message`` and ``request_id`` are CAMS's own (empty where it gave none), ``http_status`` is
    None where no answer came.
    """

    def __init__(
        self,
        operation: str,
        message: str,
        *,
        code: str = "",
        request_id: str = "",
        http_status: int | None = None,
    ) -> None:
        self.operation = operation
        self.message = redact(message)
        self.code = redact(code)
        self.request_id = request_id if _REQUEST_ID.fullmatch(request_id) else redact(request_id)
        self.http_status = http_status
        # Loggers of retries print the repr, which is made of these arguments.
        super().__init__(str(self))

    def __str__(self) -> str:
        """Say what failed in one line that may be logged."""
        status = f"HTTP {self.http_status}" if self.http_status else ""
        request = f"RequestId {self.request_id}" if self.request_id else ""
        known = ", ".join(filter(None, (self.code, status, request)))
        return f"{self.operation}: {self.message}" + (f" ({known})" if known else "")

    def during(self, operation: str, *, request_id: str = "", http_status: int | None = None) -> Self:
        """Return the same error as it befell this operation, for what is raised where the call is not known."""
        return type(self)(operation, self.message, code=self.code, request_id=request_id, http_status=http_status)


class CamsNotSentError(CamsError):
    """Nothing left us (no address, refused, TLS, no permit in time): the same call may be made again."""


class CamsDownError(CamsNotSentError):
    """CAMS has answered nobody for a while, so this was not even tried."""


class CamsBusyError(CamsNotSentError):
    """Too many of our own calls wait for the quota: nothing was sent."""


class CamsUnknownOutcomeError(CamsError):
    """No usable answer came: cut, late, 5xx or unreadable.

    ``transient`` says that the next try may well get a better answer.
    """

    def __init__(
        self,
        operation: str,
        message: str,
        *,
        code: str = "",
        request_id: str = "",
        http_status: int | None = None,
        transient: bool = False,
    ) -> None:
        super().__init__(operation, message, code=code, request_id=request_id, http_status=http_status)
        self.transient = transient


class CamsCredentialsMissingError(CamsError):
    """No credentials were found, or what should give them failed: nothing was sent."""


class CamsRefusedError(CamsError):
    """CAMS answered, and said no."""


class CamsThrottledError(CamsRefusedError):
    """Over a limit: nothing happened.

    ``retry_after`` is how long CAMS asks us to wait, in seconds, where it says so.
    """

    def __init__(
        self,
        operation: str,
        message: str,
        *,
        code: str = "",
        request_id: str = "",
        http_status: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(operation, message, code=code, request_id=request_id, http_status=http_status)
        self.retry_after = retry_after


class CamsPermissionError(CamsRefusedError):
    """The access key is good, but may not call this operation."""


class CamsCredentialsRefusedError(CamsRefusedError):
    """The access key, its secret or its security token is not accepted."""


def redact(text: str) -> str:
    """Return a text from outside in one short line, without telephone numbers, keys, tokens and signatures."""
    line = " ".join(text[: 4 * _LONGEST].split())
    masked = _TELEPHONE.sub(lambda found: f"***{found[0][-2:]}", _TOKEN.sub("***", line))
    return masked if len(masked) <= _LONGEST else f"{masked[:_LONGEST]}…"
