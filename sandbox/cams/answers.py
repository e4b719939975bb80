"""What an answer looks like on the wire, and how it leaves: whole, late, torn or not at all."""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from sandbox.cams.errors import RefusalError
from sandbox.cams.faults import Fault
from sandbox.cams.operations import Operation, TopLevel

TROUBLESHOOT = "https://api.alibabacloud.com/troubleshoot"
GARBAGE = b"<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>\n"
DRIPS = 16


@dataclass(frozen=True)
class Answer:
    """An HTTP answer, not sent yet. Status 0: there will be none."""

    http_status: int
    code: str
    body: bytes
    content_type: str = "application/json"


def answered(operation: Operation, result: object, request_id: str) -> Answer:
    """Say yes. Message and AccessDeniedDetail are the word "None", as in the documented examples."""
    fields: dict[str, object] = {"AccessDeniedDetail": "None", "Message": "None", "RequestId": request_id}
    if isinstance(result, TopLevel):
        fields |= result.fields
    elif result is not None:
        fields["Data"] = result
    if operation.says_success:
        fields["Success"] = True
    return _json(200, "OK", fields)


def refused(refusal: RefusalError, operation: Operation | None, request_id: str, host: str) -> Answer:
    """Say no, in the product's form at HTTP 200 and in the gateway's at any other status."""
    fields: dict[str, object] = {"Message": refusal.message, "RequestId": request_id}
    if refusal.http_status == 200:
        fields |= {"Success": False} if operation is not None and operation.says_success else {}
    else:
        query = urlencode({"q": refusal.code, "product": "cams", "requestId": request_id})
        fields |= {"HostId": host, "Recommend": f"{TROUBLESHOOT}?{query}"}
    if refusal.code == "Ram.PermissionDeny" and operation is not None:
        # An object here, where a successful answer has a string.
        fields["AccessDeniedDetail"] = {"AuthAction": f"cams:{operation.name}", "NoPermissionType": "ImplicitDeny"}
    return _json(refusal.http_status, refusal.code, fields)


def spoilt(fault: Fault, operation: Operation, request_id: str, host: str) -> Answer:
    """Answer a call whose fault prevents the work."""
    if (refusal := fault.refusal()) is not None:
        return refused(refusal, operation, request_id, host)
    if fault.kind == "garbage":
        return Answer(200, "", GARBAGE, "text/html")
    return Answer(0, "", b"")


async def send(request: web.Request, answer: Answer, fault: Fault | None) -> web.StreamResponse:
    """Let the answer leave in the way that the fault leaves it."""
    if fault is not None and fault.cuts:
        _cut(request)
        return web.Response()
    response = web.StreamResponse(status=answer.http_status)
    response.content_type = answer.content_type
    response.content_length = len(answer.body)
    # A caller who has not waited is no mistake of the server's.
    with contextlib.suppress(ConnectionError):
        await response.prepare(request)
        await _write(request, response, answer.body, fault)
    return response


async def _write(request: web.Request, response: web.StreamResponse, body: bytes, fault: Fault | None) -> None:
    match fault:
        case Fault(kind="truncated"):
            await response.write(body[: len(body) // 2])
            _cut(request)
            return
        case Fault(kind="drip", seconds=seconds):
            for drop in _drops(body):
                await response.write(drop)
                await asyncio.sleep(seconds / DRIPS)
        case _:
            await response.write(body)
    await response.write_eof()


def _json(http_status: int, code: str, fields: dict[str, object]) -> Answer:
    body = json.dumps({"Code": code, **fields}, ensure_ascii=False).encode()
    return Answer(http_status, code, body)


def _drops(body: bytes) -> Iterator[bytes]:
    size = -(-len(body) // DRIPS)
    return (body[start : start + size] for start in range(0, len(body), size))


def _cut(request: web.Request) -> None:
    # What was written still leaves; then the peer reads the end of the stream.
    if request.transport is not None:
        request.transport.close()
