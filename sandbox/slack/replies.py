"""What an app says back outside the Web API: through response URLs, and on its acknowledgements."""

import json
from typing import Any

from aiohttp import web

from sandbox.slack import faults
from sandbox.slack.api_chat import checked_blocks
from sandbox.slack.api_views import checked_view
from sandbox.slack.errors import SlackError
from sandbox.slack.faults import Faults
from sandbox.slack.model import Json, Message, View
from sandbox.slack.tickets import ReplyRight
from sandbox.slack.workspace import Workspace


class ResponseUrlServer:
    """Answers POST /response/{secret}: https://docs.slack.dev/interactivity/handling-user-interaction."""

    def __init__(self, workspace: Workspace, weather: Faults) -> None:
        self._workspace = workspace
        self._weather = weather

    async def handle(self, request: web.Request) -> web.Response:
        text = await request.text()
        fault = self._weather.strike("response_url")
        secret = request.match_info["secret"]
        return await faults.answer(request, fault, lambda: self._answer(secret, text))

    def _answer(self, secret: str, text: str) -> web.Response:
        urls = self._workspace.response_urls
        try:
            right = urls.look_up(secret)
        except SlackError as refusal:
            return web.json_response({"ok": False, "error": refusal.code}, status=404)
        try:
            reply(self._workspace, right, _object(text))
        except SlackError as refusal:
            return web.json_response({"ok": False, "error": refusal.code}, status=400)
        urls.use(secret)
        return web.json_response({"ok": True})


def _object(text: str) -> Json:
    try:
        body = json.loads(text)
    except ValueError as exc:
        raise SlackError("invalid_payload") from exc
    if not isinstance(body, dict):
        raise SlackError("invalid_payload")
    return body


def reply(workspace: Workspace, right: ReplyRight, body: Json) -> Message | None:
    """Do what a reply says: write a message, replace or delete the one it answers.

    A message is ephemeral unless `response_type` is in_channel. Raises SlackError no_text, invalid_blocks.
    """
    original = workspace.timeline.get(right.channel, right.original_ts)
    if body.get("delete_original") and original is not None:
        workspace.timeline.remove(original)
        return None
    content = _content(workspace, body)
    if body.get("replace_original") and original is not None:
        return workspace.timeline.change(original, **content)
    ephemeral_to = "" if body.get("response_type") == "in_channel" else right.user
    app = workspace.app
    return workspace.timeline.post(right.channel, app.user, bot_id=app.bot_id, ephemeral_to=ephemeral_to, **content)


def _content(workspace: Workspace, body: Json) -> dict[str, Any]:
    text = str(body.get("text") or "")
    blocks = checked_blocks(workspace, body.get("blocks"))
    attachments = body.get("attachments") or []
    if not (text or blocks or attachments):
        raise SlackError("no_text")
    return {"text": text, "blocks": blocks, "attachments": attachments}


def answer_submission(workspace: Workspace, view: View, answer: Json) -> None:
    """Do what the acknowledgement of a submission says; an empty one closes the view.

    Raises SlackError when it is nothing that Slack could show.
    """
    modals = workspace.modals
    match answer.get("response_action"):
        case None:
            _close(workspace, view)
        case "clear":
            modals.close_all(view.user)
        case "update":
            modals.update(view, checked_view(answer.get("view")))
        case "push":
            modals.push(view.user, checked_view(answer.get("view")), view.channel)
        case "errors":
            modals.complain(view, _errors(view, answer.get("errors")))
        case other:
            raise SlackError("invalid_response_action", given=other)


def _close(workspace: Workspace, view: View) -> None:
    top = workspace.modals.top(view.user)
    if top is not None and top.id == view.id:
        workspace.modals.close_top(view.user)


def _errors(view: View, errors: Any) -> dict[str, str]:
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not isinstance(errors, dict) or not errors:
        raise SlackError("invalid_errors")
    if unknown := set(errors) - inputs:
        raise SlackError("invalid_errors", unknown_block_ids=sorted(unknown))
    return {block_id: str(words) for block_id, words in errors.items()}
