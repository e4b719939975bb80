"""What we ask of Slack's Web API, and the only place where it is asked.

The client is given with `retry_handlers=[]`: Slack's own handler posts again after a cut connection, which makes two
messages of one. Here only a refusal for the rate (429) is tried again, because then nothing has happened.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar

import aiohttp
import stamina
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.alerts.message import HistoryUnreadableError, Letter, Message
from bot.blocks import Block, without_pictures
from bot.errors import UserError
from bot.slack_errors import Meaning, trouble

T = TypeVar("T")
PATIENCE_SECONDS = 30.0
# What a channel that the bot is not in, or may not enter by itself, is answered with.
NOT_IN = {"channel_not_found", "not_in_channel", "method_not_supported_for_channel_type", "missing_scope"}
# What reading a channel is answered with where we may not.
UNREADABLE = {*NOT_IN, "not_allowed_token_type", "no_permission", "is_archived"}
MARKED = "cams_bot_alert"
PAGE = 200
CHANNELS_AT_ONCE = 999
# So many pages are read for a message. Who looked through all of a busy channel would never come to an end.
PAGES_MAX = 25
BAD_METADATA = ("metadata_", "invalid_metadata")
BAD_PICTURES = {"invalid_blocks", "invalid_attachments", "invalid_arguments"}


@dataclass(frozen=True)
class Identity:
    """Who we are in Slack, from auth.test."""

    team_id: str
    enterprise_id: str
    user_id: str
    bot_id: str
    name: str


@dataclass(frozen=True)
class Picture:
    """A PNG to be shown in a channel."""

    png: bytes
    file_name: str
    title: str
    alt_text: str


@dataclass(frozen=True)
class File:
    """A file to be shared in a channel."""

    content: bytes
    file_name: str
    title: str


class Slack:
    """Posts, answers, opens forms. Each call raises SlackApiError when Slack says no."""

    def __init__(self, client: AsyncWebClient, me: Identity) -> None:
        self._client = client
        self.me = me

    async def post(self, channel_id: str, text: str, blocks: Sequence[Block]) -> str:
        """Post a message once and return its ts. Not tried again: the outbox decides that."""
        answer = await _with_or_without_pictures(
            blocks, lambda shown: self._client.chat_postMessage(channel=channel_id, text=text, blocks=shown)
        )
        return str(answer["ts"])

    async def post_once(self, channel_id: str, letter: Letter) -> str:
        """Post a message with its mark, without trying again unless only its metadata was refused; return its ts.

        https://docs.slack.dev/messaging/message-metadata
        """
        try:
            return await self._post_once(channel_id, letter)
        except SlackApiError as exc:
            if not letter.changes or not error_code(exc).startswith(BAD_METADATA):
                raise
        return await self._post_once(channel_id, replace(letter, changes=()))

    async def _post_once(self, channel_id: str, letter: Letter) -> str:
        message, told = letter.message, list(letter.changes)
        answer = await self._client.chat_postMessage(
            channel=channel_id,
            text=message.text,
            blocks=list(message.blocks) or None,
            metadata={"event_type": MARKED, "event_payload": {"post": letter.mark, "changes": told}},
            thread_ts=letter.thread_ts or None,
            reply_broadcast=letter.broadcast if letter.thread_ts else None,
        )
        if not answer.get("ts"):
            raise ValueError("Slack took a message, and did not say which it is.")
        return str(answer["ts"])

    async def find(self, channel_id: str, letter: Letter, after_ts: str | None) -> str | None:
        """Return the ts of a message of ours with the same mark, newer than ``after_ts`` where that is given, or None.

        Raises:
            HistoryUnreadableError: Slack does not show us the channel's messages, or there are too many.
        """
        try:
            async for message in self._messages(channel_id, letter.thread_ts, after_ts):
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if message.get("bot_id") == self.me.bot_id and payload.get("post") == letter.mark:
                    return str(message["ts"])
        except SlackApiError as exc:
            if letter.thread_ts and error_code(exc) == "thread_not_found":
                # What is posted into a thread that somebody has deleted stands in the channel.
                return await self.find(channel_id, replace(letter, thread_ts=""), after_ts)
            if error_code(exc) in UNREADABLE or trouble(exc).means is not Meaning.PASSING:
                raise HistoryUnreadableError from exc
            raise
        return None

    async def _messages(self, channel_id: str, thread_ts: str, after_ts: str | None) -> AsyncIterator[dict[str, Any]]:
        """Yield what stands in a channel, or in a thread of it, newer than a message."""
        where: dict[str, Any] = {"channel": channel_id, "limit": PAGE, "include_all_metadata": True}
        where |= {"oldest": after_ts} if after_ts else {}
        read = partial(self._client.conversations_history, **where)
        if thread_ts:
            read = partial(self._client.conversations_replies, ts=thread_ts, **where)
        cursor: str | None = None
        for _ in range(PAGES_MAX):
            answer = await read(cursor=cursor)
            for message in answer["messages"]:
                yield message
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return
        raise HistoryUnreadableError

    async def change(self, channel_id: str, ts: str, message: Message) -> None:
        """Show something else in a message of ours. The same twice is the same as once."""
        await self._client.chat_update(channel=channel_id, ts=ts, text=message.text, blocks=list(message.blocks))

    async def post_picture(self, channel_id: str, picture: Picture, blocks: Sequence[Block]) -> None:
        """Upload a picture into a channel, with what stands beside it."""
        await _patiently(
            lambda: self._client.files_upload_v2(
                channel=channel_id,
                content=picture.png,
                filename=picture.file_name,
                title=picture.title,
                alt_txt=picture.alt_text,
                blocks=json.dumps(list(blocks)),
            )
        )

    async def post_file(self, channel_id: str, file: File, blocks: Sequence[Block]) -> None:
        """Upload a file into a channel, with what stands beside it."""
        await _patiently(
            lambda: self._client.files_upload_v2(
                channel=channel_id,
                content=file.content,
                filename=file.file_name,
                title=file.title,
                blocks=json.dumps(list(blocks)),
            )
        )

    async def whisper(self, channel_id: str, user_id: str, text: str, blocks: Sequence[Block]) -> None:
        """Show a message in a channel to one person."""
        await _patiently(
            lambda: self._client.chat_postEphemeral(
                channel=channel_id, user=user_id, text=text, blocks=without_pictures(blocks)
            )
        )

    async def tell(self, channel_id: str, user_id: str, text: str, blocks: Sequence[Block]) -> None:
        """Tell somebody something later: where they asked, and where that does not work in their talk with us."""
        try:
            await self.whisper(channel_id, user_id, text, blocks)
        except SlackApiError:
            await self.post(user_id, text, blocks)

    async def respond(self, response_url: str, text: str, blocks: Sequence[Block], *, replace: bool = False) -> None:
        """Answer a command or a button where it was given, to who gave it."""
        # Without a session of ours it would open a connection for each answer; with a cut one it would answer twice.
        webhook = AsyncWebhookClient(response_url, session=self._client.session, retry_handlers=[])

        async def send(shown: Sequence[Block]) -> None:
            answer = await webhook.send(
                text=text, blocks=list(shown) or None, response_type="ephemeral", replace_original=replace
            )
            # A refusal is no exception of the webhook client.
            if code := _complaint(answer.status_code, answer.body):
                raise SlackApiError("response_url", {"ok": False, "error": code})

        await _with_or_without_pictures(blocks, send)

    async def open_view(self, trigger_id: str, view: Block) -> None:
        """Open a form; a trigger lives three seconds."""
        await self._client.views_open(trigger_id=trigger_id, view=view)

    async def update_view(self, view_id: str, view: Block) -> None:
        """Show something else in an open modal."""

        async def update(shown: Sequence[Block]) -> None:
            await _patiently(lambda: self._client.views_update(view_id=view_id, view={**view, "blocks": list(shown)}))

        await _with_or_without_pictures(view["blocks"], update)

    async def enter(self, channel_id: str) -> None:
        """Make sure that we may post in a channel; join it where it is public.

        Raises:
            UserError: we may not, and what to do.
        """
        try:
            found = (await _patiently(lambda: self._client.conversations_info(channel=channel_id)))["channel"]
            if found.get("is_archived"):
                raise UserError("This channel is archived, so nothing can be posted in it. Use another one.")
            if not (found.get("is_member") or found.get("is_im")):
                await _patiently(lambda: self._client.conversations_join(channel=channel_id))
        except SlackApiError as exc:
            code = error_code(exc)
            advice = (
                f"I am not in this channel, so I cannot post in it. Type `/invite @{self.me.name}` there and try again."
                if code in NOT_IN
                else "Slack does not tell whether I may post in this channel. Try again in a minute."
            )
            raise UserError(f"{advice} Nothing was done. (Slack says {code}.)") from exc
        except (aiohttp.ClientError, TimeoutError) as exc:
            raise UserError("Slack did not answer, so nothing was done. Try again in a minute.") from exc

    async def channel_named(self, name: str) -> str:
        """Return the ID of the channel with this name among those that we are in, "" where there is none.

        https://docs.slack.dev/reference/methods/users.conversations
        """
        where: dict[str, Any] = {"types": "public_channel,private_channel", "limit": CHANNELS_AT_ONCE}
        read = partial(self._client.users_conversations, **where)
        cursor: str | None = None
        while cursor is None or cursor:
            answer = await _patiently(partial(read, cursor=cursor))
            for channel in answer["channels"]:
                if channel.get("name") == name:
                    return str(channel["id"])
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
        return ""

    async def user(self, user_id: str) -> dict[str, Any]:
        """Return the user object of somebody."""
        return dict((await _patiently(lambda: self._client.users_info(user=user_id)))["user"])

    async def group_members(self, group_id: str) -> frozenset[str]:
        """Return the IDs of who is in a user group."""
        answer = await _patiently(lambda: self._client.usergroups_users_list(usergroup=group_id))
        return frozenset(answer["users"])


def error_code(error: SlackApiError) -> str:
    """Return Slack's short name of what went wrong."""
    # Where the answer was no JSON, the response is the HTTP library's, or its data a text.
    data = getattr(error.response, "data", error.response)
    return str(data.get("error", "unknown_error")) if isinstance(data, Mapping) else "unreadable_answer"


def _complaint(status: int, body: str) -> str:
    """The code in what a response_url answers, which is JSON or a bare word; empty where the message was taken."""
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if isinstance(said, dict):
        return "" if said.get("ok") else str(said.get("error", "unknown_error"))
    return "" if status == 200 else body[:100] or f"HTTP {status}"


async def _with_or_without_pictures(blocks: Sequence[Block], send: Callable[[Sequence[Block]], Awaitable[T]]) -> T:
    try:
        return await send(blocks)
    except SlackApiError as exc:
        plain = without_pictures(blocks)
        if error_code(exc) not in BAD_PICTURES or len(plain) == len(blocks):
            raise
    return await send(plain)


async def _patiently(call: Callable[[], Awaitable[T]]) -> T:
    async for attempt in stamina.retry_context(on=_refused_for_the_rate, attempts=3, timeout=PATIENCE_SECONDS):
        with attempt:
            return await call()
    raise AssertionError


def _refused_for_the_rate(error: Exception) -> bool | float:
    if not isinstance(error, SlackApiError) or getattr(error.response, "status_code", None) != 429:
        return False
    wait = float(error.response.headers.get("Retry-After", 1))
    return wait if wait <= PATIENCE_SECONDS else False
