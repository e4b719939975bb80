"""files.getUploadURLExternal, the upload itself, files.completeUploadExternal, files.info."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from sandbox.slack import faults
from sandbox.slack.api_chat import checked_blocks, thread_of
from sandbox.slack.call import Call, Method
from sandbox.slack.errors import SlackError, invalid_arguments
from sandbox.slack.faults import Faults
from sandbox.slack.model import Channel, File, Json
from sandbox.slack.objects import file_object
from sandbox.slack.workspace import Workspace

# https://docs.slack.dev/reference/methods/files.getUploadURLExternal: stricter than an image block's 2,000.
ALT_TEXT_LIMIT = 1000


def get_upload_url(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/files.getUploadURLExternal."""
    (name,) = call.required("filename")
    length = call.number("length", 0)
    if length <= 0:
        raise SlackError("missing_argument")
    alt_text = call.text("alt_txt")
    if len(alt_text) > ALT_TEXT_LIMIT:
        raise SlackError("alt_txt_too_large")
    workspace = call.workspace
    created = int(workspace.clock().timestamp())
    file = File(workspace.new_id("F"), name, length, workspace.app.user, created, alt_text=alt_text)
    workspace.set_file(file)
    return {"upload_url": f"{call.origin}/upload/v1/{file.id}", "file_id": file.id}


class Uploads:
    """Takes the bytes: raw, or as the first file of a multipart form."""

    def __init__(self, workspace: Workspace, weather: Faults) -> None:
        self._workspace = workspace
        self._weather = weather

    async def handle(self, request: web.Request) -> web.Response:
        content = await _content(request)
        fault = self._weather.strike("upload")
        return await faults.answer(request, fault, lambda: self._keep(request.match_info["file"], content))

    def _keep(self, file_id: str, content: bytes) -> web.Response:
        file = self._workspace.files.get(file_id)
        if file is None or file.content is not None:
            return web.Response(status=404, text="Not found")
        # That a wrong length is refused is not documented; passing it over would hide a client's mistake.
        if len(content) != file.length:
            return web.Response(status=400, text=f"Expected {file.length} bytes, got {len(content)}")
        self._workspace.set_file(replace(file, content=content))
        return web.Response(text=f"OK - {len(content)}")


async def _content(request: web.Request) -> bytes:
    if request.content_type != "multipart/form-data":
        return await request.read()
    parts = (await request.post()).values()
    return next((part.file.read() for part in parts if isinstance(part, web.FileField)), b"")


def complete_upload(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/files.completeUploadExternal.

    Membership is needed even where chat:write.public would let the app post.
    """
    wanted = call.args.get("files")
    if not isinstance(wanted, list) or not wanted or not all(isinstance(item, dict) for item in wanted):
        raise invalid_arguments(["[ERROR] missing required field: files"])
    files = [_uploaded(call, item) for item in wanted]
    named = [name for name in [call.text("channel_id"), *call.text("channels").split(",")] if name]
    places = [_shareable(call, name) for name in named]
    comment = call.text("initial_comment")
    blocks = [] if comment else checked_blocks(call.workspace, call.args.get("blocks"))
    files = [call.workspace.set_file(file) for file in files]
    for place in places:
        files = _share(call, files, place, {"text": comment, "blocks": blocks})
    return {"files": [file_object(call.workspace, file) for file in files]}


def _uploaded(call: Call, item: Json) -> File:
    file = call.workspace.files.get(str(item.get("id")))
    if file is None or file.content is None or file.is_complete:
        raise SlackError("file_not_found")
    return replace(file, title=item.get("title") or file.name, is_complete=True)


def _shareable(call: Call, named: str) -> Channel:
    channel = call.channel(named)
    if call.workspace.app.user not in channel.members:
        raise SlackError("not_in_channel")
    if channel.is_archived:
        raise SlackError("posting_to_channel_denied")
    return channel


def _share(call: Call, files: list[File], place: Channel, content: dict[str, Any]) -> list[File]:
    workspace = call.workspace
    message = workspace.timeline.post(
        place.id,
        workspace.app.user,
        bot_id=workspace.app.bot_id,
        files=[file.id for file in files],
        thread_ts=thread_of(call, place),
        **content,
    )
    return [workspace.set_file(replace(file, shares=[*file.shares, (place.id, message.ts)])) for file in files]


def info(call: Call) -> Json:
    """https://docs.slack.dev/reference/methods/files.info."""
    file = call.workspace.files.get(call.required("file")[0])
    if file is None or not file.is_complete:
        raise SlackError("file_not_found")
    return {"file": file_object(call.workspace, file)}


METHODS: Mapping[str, Method] = {
    "files.completeUploadExternal": Method(complete_upload, ("files:write",)),
    "files.getUploadURLExternal": Method(get_upload_url, ("files:write",)),
    "files.info": Method(info, ("files:read",)),
}
