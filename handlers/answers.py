"""How an answer reaches who asked: in the modal that is open, where they typed, or in the channel for all."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError

from bot import blocks
from bot.blocks import Block
from bot.register import Register
from bot.slack import Slack, error_code
from handlers import modals
from handlers.errors import explain
from handlers.modals import Form
from handlers.routes import Reply, Route

log = structlog.get_logger()
CLOSED_VIEW = {"not_found", "view_not_found"}
SLOW = "Working on it still: CAMS is slow to answer. You will read here what came of it."


@dataclass(frozen=True)
class Request:
    """Who asks from where, and the ways to answer: each is empty where Slack gave none.

    Before `view_settles_at`, a time of the event loop, what the ack shows may still be on its way to the view.
    """

    entry: str
    user_id: str
    team_id: str
    channel_id: str
    response_url: str = ""
    trigger_id: str = ""
    view_id: str = ""
    view_settles_at: float = 0.0


class Answers:
    """Shows replies, forms and refusals."""

    def __init__(self, slack: Slack, register: Register) -> None:
        self._slack = slack
        self._register = register

    async def give(
        self, request: Request, route: Route, reply: Reply, channel_id: str, values: Mapping[str, str]
    ) -> None:
        """Show a reply; its picture or file goes into the channel, all else to who asked."""
        if reply.picture is None and reply.file is None:
            shown = [*reply.blocks, *_share_button(route, reply, channel_id, values)]
            await self.tell(request, reply.text, shown, title=_title(route), replaces=reply.replaces)
            return
        try:
            await self._upload(channel_id, reply)
        except Exception as error:  # noqa: BLE001 - what was done is told even where it cannot be posted
            what = "picture" if reply.picture else "file"
            text = f"Done, but the {what} is not in the channel. {explain(error)} {reply.text}"
            await self.tell(request, text, [blocks.prose(text), *reply.blocks], title=_title(route))
            return
        if request.view_id:
            posted = blocks.lines([blocks.emoji("white_check_mark"), " Posted in ", blocks.channel(channel_id), "."])
            await self.tell(request, reply.text, [posted, *reply.blocks], title=_title(route))

    async def _upload(self, channel_id: str, reply: Reply) -> None:
        if reply.picture:
            await self._slack.post_picture(channel_id, reply.picture, reply.blocks)
        if reply.file:
            await self._slack.post_file(channel_id, reply.file, reply.blocks)

    async def tell(
        self,
        request: Request,
        text: str,
        shown: Sequence[Block] = (),
        *,
        title: str = "cams-bot",
        replaces: bool = False,
    ) -> None:
        """Say something to who asked, where they look now."""
        said = list(shown) or [blocks.prose(text)]
        if request.view_id:
            view = modals.result_view(title, said, request.channel_id)
            if await self._updated(request, view):
                return
        if request.response_url and await self._responded(request, text, said, replaces=replaces):
            return
        if request.channel_id:
            await self._slack.whisper(request.channel_id, request.user_id, blocks.escape(text), said)
        else:
            # The modal was closed and there is no channel: their own conversation with us.
            await self._slack.post(request.user_id, blocks.escape(text), said)

    async def soothe(self, request: Request) -> None:
        """Say that the answer takes longer. It comes later, and where this cannot be said it comes alone."""
        try:
            if request.view_id:
                view = modals.loading_view("cams-bot", request.channel_id, SLOW)
                await self._updated(request, view)
            elif request.response_url:
                await self._responded(request, SLOW, [blocks.prose(SLOW)], replaces=False)
        except Exception as exc:  # noqa: BLE001 - the answer itself is still to come
            log.info("it could not be said that an answer takes longer", error=type(exc).__name__)

    async def ask_again(
        self, request: Request, form: Form, values: Mapping[str, str], errors: Mapping[str, str], notice: str
    ) -> None:
        """Show a form that was sent once more, with what was in it."""
        view = form.view(values, errors, request.channel_id, self._register, notice)
        if not await self._updated(request, view):
            await self.tell(request, " ".join([notice, *errors.values()]).strip())

    async def open(self, request: Request, form: Form, filled: Mapping[str, str], errors: Mapping[str, str]) -> None:
        """Open a form with what is known filled in."""
        known = {"channel": request.channel_id, **filled}
        view = form.view(known, errors, request.channel_id, self._register)
        await self._slack.open_view(request.trigger_id, view)

    async def publish(self, channel_id: str, reply: Reply) -> None:
        """Post a reply in a channel for all to see."""
        await self._slack.post(channel_id, blocks.escape(reply.text), reply.blocks)

    async def _responded(self, request: Request, text: str, said: Sequence[Block], *, replaces: bool) -> bool:
        try:
            await self._slack.respond(request.response_url, blocks.escape(text), said, replace=replaces)
        except SlackApiError as exc:
            # It works five times and for half an hour; an answer that comes later is whispered.
            log.warning("a response_url was not taken", error=error_code(exc))
            return False
        return True

    async def _updated(self, request: Request, view: Block) -> bool:
        # What takes the place of the ack's view must not come before it, or that one stays for ever.
        await asyncio.sleep(max(0.0, request.view_settles_at - asyncio.get_running_loop().time()))
        try:
            await self._slack.update_view(request.view_id, view)
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as exc:
            # Whoever still looks at it would wait for ever, so whatever it is, the answer goes where it can be seen.
            code = error_code(exc) if isinstance(exc, SlackApiError) else type(exc).__name__
            if code not in CLOSED_VIEW:
                log.warning("a form could not be changed", error=code)
            return False
        return True


def _title(route: Route) -> str:
    return route.form.title if route.form else "cams-bot"


def _share_button(route: Route, reply: Reply, channel_id: str, values: Mapping[str, str]) -> list[Block]:
    if not (reply.shareable and channel_id):
        return []
    # Sharing asks again: what is posted is as fresh as the post, and Slack gives us no blocks of an ephemeral message.
    value = json.dumps({"route": route.name, **values}, ensure_ascii=False)
    return [blocks.actions(blocks.button("Share in channel", "share", value))]
