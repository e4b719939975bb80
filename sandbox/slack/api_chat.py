"""chat.postMessage, chat.postEphemeral, chat.update, chat.delete."""

from collections.abc import Mapping
from typing import Any

from sandbox.slack import blockkit
from sandbox.slack.call import Call, Method
from sandbox.slack.errors import SlackError
from sandbox.slack.forms import with_ids
from sandbox.slack.model import Channel, Json, Message
from sandbox.slack.objects import message_object
from sandbox.slack.workspace import Workspace

# https://docs.slack.dev/reference/methods/chat.postMessage: longer texts are cut there; an update is refused.
TEXT_CUT = 40_000
UPDATE_LIMIT = 4_000
MARKDOWN_LIMIT = 12_000


def checked_blocks(workspace: Workspace, blocks: Any) -> list[Json]:
    """Return the blocks of a message with their IDs.

    Raises SlackError invalid_blocks_format, invalid_blocks, msg_blocks_too_long.
    """
    if blocks is None or blocks == "":
        return []
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise SlackError("invalid_blocks_format")
    problems = blockkit.problems(blocks, "message") or _unseen_files(workspace, blocks)
    if problems:
        details = [problem.removeprefix("[ERROR] ") for problem in problems]
        raise SlackError("invalid_blocks", errors=details, response_metadata={"messages": problems})
    if blockkit.text_length(blocks) > blockkit.MESSAGE_TEXT_LIMIT:
        raise SlackError("msg_blocks_too_long")
    return with_ids(blocks, lambda: workspace.new_id("b"))


def _unseen_files(workspace: Workspace, blocks: list[Json]) -> list[str]:
    """An image of an uploaded file needs a file that was completed and that the reader may see."""
    return [
        "[ERROR] invalid slack file"
        for reference in blockkit.slack_files(blocks)
        if not (file := workspace.files.get(reference.get("id", ""))) or not file.shares
    ]


def _content(call: Call) -> Json:
    markdown = call.text("markdown_text")
    if markdown and (call.text("text") or call.args.get("blocks")):
        raise SlackError("markdown_text_conflict")
    if len(markdown) > MARKDOWN_LIMIT:
        raise SlackError("msg_too_long")
    blocks = checked_blocks(call.workspace, call.args.get("blocks"))
    attachments = call.args.get("attachments") or []
    if not isinstance(attachments, list):
        raise SlackError("invalid_attachments")
    if len(attachments) > 100:
        raise SlackError("too_many_attachments")
    text = call.text("text") or markdown
    if not (text.strip() or blocks or attachments):
        raise SlackError("no_text")
    return {"text": text, "blocks": blocks, "attachments": attachments, "metadata": _metadata(call)}


def _metadata(call: Call) -> Json | None:
    metadata = call.args.get("metadata")
    if not metadata:
        return None
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    if not isinstance(metadata.get("event_type"), str) or not isinstance(metadata.get("event_payload"), dict):
        raise SlackError("invalid_metadata_schema")
    return metadata


def writable(call: Call, named: str) -> Channel:
    """Return a channel that the app may write into.

    Raises SlackError channel_not_found, is_archived, not_in_channel.
    """
    channel = call.channel(named)
    if channel.is_archived:
        raise SlackError("is_archived")
    open_to_all = "chat:write.public" in call.workspace.app.scopes and not channel.is_private
    if call.workspace.app.user not in channel.members and not open_to_all:
        raise SlackError("not_in_channel")
    return channel


def _write(call: Call, channel: Channel, **more: Any) -> Message:
    content = _content(call)
    app = call.workspace.app
    thread_ts = call.text("thread_ts")
    if thread_ts and call.workspace.timeline.get(channel.id, thread_ts) is None:
        raise SlackError("thread_not_found")
    text = content.pop("text")[:TEXT_CUT]
    return call.workspace.timeline.post(
        channel.id, app.user, text, bot_id=app.bot_id, thread_ts=thread_ts, **content, **more
    )


def post_message(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postMessage."""
    message = _write(call, writable(call, call.required("channel")[0]))
    said = message_object(call.workspace, message)
    return {"channel": message.channel, "ts": message.ts, "message": said}


def post_ephemeral(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postEphemeral."""
    named, user = call.required("channel", "user")
    channel = writable(call, named)
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    if len(call.text("text")) > TEXT_CUT:
        raise SlackError("msg_too_long")
    return {"message_ts": _write(call, channel, ephemeral_to=user).ts}


def _own_message(call: Call, refusal: str) -> Message:
    named, ts = call.required("channel", "ts")
    channel = call.channel(named)
    message = call.workspace.timeline.get(channel.id, ts)
    # An ephemeral message is in no history: only a response_url can change it.
    if message is None or message.ephemeral_to:
        raise SlackError("message_not_found")
    if message.bot_id != call.workspace.app.bot_id:
        raise SlackError(refusal)
    return message


def update(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.update.

    Blocks that are not given go when a text is given, and stay when none is; metadata is kept unless given.
    """
    message = _own_message(call, "cant_update_message")
    if call.workspace.channels[message.channel].is_archived:
        raise SlackError("is_inactive")
    if len(call.text("text")) > UPDATE_LIMIT:
        raise SlackError("msg_too_long")
    content = _content(call)
    content["metadata"] = content["metadata"] or message.metadata
    changed = call.workspace.timeline.change(message, **content, edited_ts=call.workspace.timeline.next_ts())
    said = message_object(call.workspace, changed)
    return {"channel": message.channel, "ts": message.ts, "text": changed.text, "message": said}


def delete(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.delete."""
    message = _own_message(call, "cant_delete_message")
    call.workspace.timeline.remove(message)
    return {"channel": message.channel, "ts": message.ts}


METHODS: Mapping[str, Method] = {
    "chat.delete": Method(delete, ("chat:write",)),
    "chat.postEphemeral": Method(post_ephemeral, ("chat:write",)),
    "chat.postMessage": Method(post_message, ("chat:write",)),
    "chat.update": Method(update, ("chat:write",)),
}
