"""chat.postMessage, chat.postEphemeral, chat.update, chat.delete, chat.getPermalink."""

import json
from collections.abc import Mapping
from typing import Any

from sandbox.slack import blockkit
from sandbox.slack.call import Call, Method
from sandbox.slack.errors import SlackError
from sandbox.slack.forms import with_ids
from sandbox.slack.model import Channel, Json, Message
from sandbox.slack.objects import THREAD_BROADCAST, message_object
from sandbox.slack.timeline import TOMBSTONE
from sandbox.slack.workspace import Workspace

# https://docs.slack.dev/reference/methods/chat.postMessage: longer texts are cut there; an update is refused.
TEXT_CUT = 40_000
UPDATE_LIMIT = 4_000
MARKDOWN_LIMIT = 12_000
# There is a limit, but no page says which: a low guess, so that what fits here fits there.
METADATA_BYTES = 8_000


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
    """Return the metadata of a message; {} stands for none, and takes away what was there.

    https://docs.slack.dev/messaging/message-metadata: of the payload's values only guidelines are said, so any JSON
    is taken. Raises SlackError invalid_metadata_format, invalid_metadata_schema, metadata_too_large.
    """
    metadata = call.args.get("metadata")
    if metadata in (None, ""):
        return None
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    named = isinstance(metadata.get("event_type"), str) and metadata["event_type"]
    if metadata and not (named and isinstance(metadata.get("event_payload"), dict)):
        raise SlackError("invalid_metadata_schema")
    if len(json.dumps(metadata).encode()) > METADATA_BYTES:
        raise SlackError("metadata_too_large")
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


def thread_of(call: Call, channel: Channel) -> str:
    """Return the thread that `thread_ts` names, the one of the first message where it names a reply.

    Without such a message there is no refusal: Slack posts into the channel, and its answer has no thread_ts
    (https://github.com/slack-go/slack/issues/1571).
    """
    begun = call.workspace.timeline.get(channel.id, call.text("thread_ts"))
    if begun is None or begun.ephemeral_to:
        return ""
    return begun.thread_ts if begun.is_reply else begun.ts


def _write(call: Call, channel: Channel, **more: Any) -> Message:
    content = _content(call)
    app = call.workspace.app
    thread_ts = thread_of(call, channel)
    text = content.pop("text")[:TEXT_CUT]
    return call.workspace.timeline.post(
        channel.id, app.user, text, bot_id=app.bot_id, thread_ts=thread_ts, **content, **more
    )


def post_message(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.postMessage."""
    channel = writable(call, call.required("channel")[0])
    is_broadcast = call.flag("reply_broadcast") and thread_of(call, channel)
    message = _write(call, channel, subtype=THREAD_BROADCAST if is_broadcast else "")
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
    if message is None or message.ephemeral_to or message.subtype == TOMBSTONE:
        raise SlackError("message_not_found")
    if message.bot_id != call.workspace.app.bot_id:
        raise SlackError(refusal)
    return message


def update(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.update.

    Blocks that are not given go when a text is given, and stay when none is; metadata is kept unless given. Only an
    update without blocks marks a message as edited.
    """
    message = _own_message(call, "cant_update_message")
    if call.workspace.channels[message.channel].is_archived:
        raise SlackError("is_inactive")
    if len(call.text("text")) > UPDATE_LIMIT:
        raise SlackError("msg_too_long")
    content = _content(call)
    if content["metadata"] is None:
        content["metadata"] = message.metadata
    if not content["text"] and call.args.get("blocks") is None:
        content["blocks"] = message.blocks
    if not content["blocks"]:
        content["edited_ts"] = call.workspace.timeline.next_ts()
    if call.flag("reply_broadcast") and message.is_reply:
        content["subtype"] = THREAD_BROADCAST
    changed = call.workspace.timeline.change(message, **content)
    said = message_object(call.workspace, changed)
    return {"channel": message.channel, "ts": message.ts, "text": changed.text, "message": said}


def delete(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.delete."""
    message = _own_message(call, "cant_delete_message")
    call.workspace.timeline.remove(message)
    return {"channel": message.channel, "ts": message.ts}


def get_permalink(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/chat.getPermalink."""
    named, ts = call.required("channel", "message_ts")
    channel = call.conversation(named)
    message = call.workspace.timeline.get(channel.id, ts)
    if message is None or message.ephemeral_to:
        raise SlackError("message_not_found")
    link = f"https://{call.workspace.team.domain}.slack.com/archives/{channel.id}/p{ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


METHODS: Mapping[str, Method] = {
    "chat.delete": Method(delete, ("chat:write",)),
    "chat.getPermalink": Method(get_permalink),
    "chat.postEphemeral": Method(post_ephemeral, ("chat:write",)),
    "chat.postMessage": Method(post_message, ("chat:write",)),
    "chat.update": Method(update, ("chat:write",)),
}
