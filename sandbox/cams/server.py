"""The gateway: one address, the operation in a header, and everything that happens to a call on its way.

    read -> signature -> operation -> quota -> fault -> work -> log -> send

A call whose signature is wrong costs no quota and meets no fault.
"""

import asyncio
import itertools
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime

from aiohttp import web

from sandbox.cams.answers import Answer, answered, refused, send, spoilt
from sandbox.cams.calls import CallLog, CamsCall
from sandbox.cams.errors import RefusalError
from sandbox.cams.faults import Fault, Faults
from sandbox.cams.operations import OPERATIONS, Operation
from sandbox.cams.quota import Quotas
from sandbox.cams.signature import RawRequest, Signatures
from sandbox.cams.world import World

VERSION = "2020-06-06"
# IsvCode shows that a sub-account is authorised: as good as a password. The address may hold a secret, since nothing
# else tells a receiver who calls it.
SECRET_PARAMETERS = frozenset({"IsvCode", "StatusCallbackUrl"})


class Gateway:
    """Serves a world; `now` is the wall clock, in UTC."""

    def __init__(
        self,
        world: World,
        signatures: Signatures,
        quota: Quotas,
        faults: Faults,
        calls: CallLog,
        now: Callable[[], datetime],
    ) -> None:
        """Take everything that a call meets; all of it may be changed while the gateway serves."""
        self._world = world
        self._signatures = signatures
        self._quota = quota
        self._faults = faults
        self._calls = calls
        self._now = now
        self._numbers = itertools.count(1)

    def application(self) -> web.Application:
        """Make the aiohttp application; the real gateway takes GET as well as POST."""
        application = web.Application()
        application.router.add_post("/", self.handle)
        application.router.add_get("/", self.handle, allow_head=False)
        return application

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        arrived = asyncio.get_running_loop().time()
        raw = await _read(request)
        at, request_id = self._now(), str(uuid.uuid4()).upper()
        answer, caller, fault = await self._answer(raw, request_id, at)
        name = raw.headers.get("x-acs-action", "")
        # Written before the answer leaves: whoever has the answer finds the call in the log.
        self._calls.add(
            CamsCall(
                id=next(self._numbers),
                at=at,
                caller=caller,
                operation=name,
                parameters=_shown(name, raw.parameters),
                http_status=0 if fault is not None and fault.cuts else answer.http_status,
                code=answer.code,
                request_id=request_id,
                seconds=asyncio.get_running_loop().time() - arrived,
                fault=fault.kind if fault is not None else "",
            )
        )
        return await send(request, answer, fault)

    async def _answer(self, raw: RawRequest, request_id: str, at: datetime) -> tuple[Answer, str, Fault | None]:
        """Return the answer, the AccessKey ID of the caller where the signature is right, and the fault that struck."""
        host, caller = raw.headers.get("host", ""), ""
        operation = fault = None
        try:
            caller = self._signatures.verify(raw, at).id
            operation = _operation(raw)
            self._admit(operation)
            fault = self._faults.take(operation.name)
            if fault is not None:
                await fault.hold()
                if fault.prevents_work:
                    return spoilt(fault, operation, request_id, host), caller, fault
            result = operation.work(self._world, raw.parameters, at)
        except RefusalError as refusal:
            return refused(refusal, operation, request_id, host), caller, fault
        return answered(operation, result, request_id), caller, fault

    def _admit(self, operation: Operation) -> None:
        if not self._quota.admit(operation.name, asyncio.get_running_loop().time()):
            raise RefusalError("System.LimitControl")


def _operation(raw: RawRequest) -> Operation:
    if raw.headers.get("x-acs-version") != VERSION:
        raise RefusalError("InvalidVersion")
    operation = OPERATIONS.get(raw.headers.get("x-acs-action", ""))
    if operation is None:
        raise RefusalError("InvalidAction.NotFound", http_status=404)
    return operation


def _shown(operation: str, parameters: Mapping[str, str]) -> dict[str, str]:
    # Only what the operation documents: whatever else a caller sends by mistake may be a secret.
    known = OPERATIONS[operation].parameters if operation in OPERATIONS else ()
    return {name: parameters[name] for name in known if name in parameters and name not in SECRET_PARAMETERS}


async def _read(request: web.Request) -> RawRequest:
    path, _, query = _text(request.raw_path.encode(errors="surrogateescape")).partition("?")
    headers = {_text(name).lower(): _text(value) for name, value in request.raw_headers}
    return RawRequest(request.method, path, query, headers, await request.read())


def _text(data: bytes) -> str:
    # aiohttp keeps bytes that are no UTF-8 as surrogates, which nothing after this could encode again.
    return data.decode(errors="replace")
