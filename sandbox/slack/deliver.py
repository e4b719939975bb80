"""Carries parcels to the app, over HTTP where it has a request URL, else over Socket Mode."""

import asyncio
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace

from sandbox.slack.http_delivery import HttpDelivery
from sandbox.slack.model import Json
from sandbox.slack.parcels import TIMED_OUT, Parcel, Receipt
from sandbox.slack.socket_mode import SocketMode
from sandbox.slack.workspace import Workspace

# https://docs.slack.dev/apis/events-api/#retries: at once, after a minute, after five.
EVENT_RETRY_WAITS = (0.0, 60.0, 300.0)


@dataclass(frozen=True)
class Delivery:
    """A parcel that was sent, how it was taken, and in how many seconds."""

    parcel: Parcel
    receipt: Receipt
    seconds: float


class Courier:
    """`patience` is how long Slack waits for an acknowledgement: three seconds."""

    def __init__(self, workspace: Workspace, socket: SocketMode, http: HttpDelivery, patience: float) -> None:
        self._workspace = workspace
        self._socket = socket
        self._http = http
        # Kept, so that whoever changes a channel need not be in the middle of something asynchronous.
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self.patience = patience
        self.event_retry_waits: Sequence[float] = EVENT_RETRY_WAITS

    async def deliver(self, parcel: Parcel) -> Delivery:
        """Send a parcel once and tell how it was taken."""
        way = self._http if self._http.url else self._socket
        started = time.monotonic()
        receipt = await way.deliver(parcel, self.patience)
        delivery = Delivery(parcel, receipt, time.monotonic() - started)
        self._workspace.notices.tell("delivery", delivery)
        return delivery

    async def deliver_event(self, event: Json) -> Delivery:
        """Send an event; one that is not acknowledged is sent again in the background, three times."""
        workspace = self._workspace
        payload = {
            "token": workspace.app.verification_token,
            "team_id": workspace.team.id,
            "api_app_id": workspace.app.id,
            "event": {**event, "event_ts": workspace.timeline.next_ts()},
            "type": "event_callback",
            "event_id": workspace.new_id("Ev"),
            "event_time": int(workspace.clock().timestamp()),
            "is_ext_shared_channel": False,
            "authorizations": [{"team_id": workspace.team.id, "user_id": workspace.app.user, "is_bot": True}],
        }
        parcel = Parcel("events_api", payload, may_answer=False)
        first = await self.deliver(parcel)
        if first.receipt.problem and not first.receipt.is_final:
            self._in_background(self._retry(parcel, first.receipt))
        return first

    def send_event(self, event: Json) -> None:
        """Send an event in the background, as Slack does for what somebody does elsewhere."""
        self._in_background(self._carry(event))

    async def _carry(self, event: Json) -> None:
        await self.deliver_event(event)

    async def _retry(self, parcel: Parcel, receipt: Receipt) -> None:
        for attempt, wait in enumerate(self.event_retry_waits, start=1):
            await asyncio.sleep(wait)
            again = replace(parcel, retry_attempt=attempt, retry_reason=self._reason(receipt))
            receipt = (await self.deliver(again)).receipt
            if not receipt.problem or receipt.is_final:
                return

    def _reason(self, receipt: Receipt) -> str:
        if receipt.problem != TIMED_OUT:
            return "http_error"
        return "http_timeout" if self._http.url else "timeout"

    def _in_background(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def close(self) -> None:
        """Give up whatever is still to be sent again."""
        for task in self._tasks:
            task.cancel()
