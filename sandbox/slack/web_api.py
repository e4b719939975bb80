"""The Web API's front: tokens, scopes, faults and the log; the methods stand in the api_ modules."""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from sandbox.slack import (
    api_apps,
    api_chat,
    api_conversations,
    api_files,
    api_history,
    api_people,
    api_views,
    faults,
)
from sandbox.slack.call import Call, Method, TokenKind, read_arguments
from sandbox.slack.errors import SlackError
from sandbox.slack.faults import Faults
from sandbox.slack.model import Json
from sandbox.slack.workspace import Workspace

METHODS: Mapping[str, Method] = {
    **api_apps.METHODS,
    **api_chat.METHODS,
    **api_conversations.METHODS,
    **api_files.METHODS,
    **api_history.METHODS,
    **api_people.METHODS,
    **api_views.METHODS,
}

LOG_LENGTH = 2000


@dataclass(frozen=True)
class ApiCall:
    """One call as it came: arguments without the token, the error code ("" for ok), the fault that hit it."""

    at: datetime
    method: str
    args: Mapping[str, Any]
    error: str
    fault: str = ""


class WebApi:
    def __init__(self, workspace: Workspace, weather: Faults) -> None:
        self._workspace = workspace
        self._weather = weather
        self.log: deque[ApiCall] = deque(maxlen=LOG_LENGTH)

    async def handle(self, request: web.Request) -> web.Response:
        """Answer POST or GET /api/{method}."""
        name = request.match_info["method"]
        try:
            args = await read_arguments(request)
        except SlackError as refusal:
            said = web.json_response({"ok": False, "error": refusal.code})
            self._record(name, {}, said, "")
            return said
        token = args.pop("token", "") or request.headers.get("Authorization", "").removeprefix("Bearer ")
        fault = self._weather.strike(name, self._channel_of(args))
        call = Call(self._workspace, args, str(request.url.origin()))
        said = await faults.answer(request, fault, lambda: self._answer(name, str(token), call))
        self._record(name, args, said, fault.kind if fault else "")
        return said

    def _channel_of(self, args: Json) -> str:
        """Return the ID of the channel that a call names, by whichever of its names; what is none stays as it is."""
        named = str(args.get("channel") or args.get("channel_id") or "")
        if named in self._workspace.users:
            opened = self._workspace.open_direct_channel(named)
            return opened.id if opened else named
        try:
            return self._workspace.channel_named(named).id
        except KeyError:
            return named

    def _answer(self, name: str, token: str, call: Call) -> web.Response:
        method = METHODS.get(name)
        if method is None:
            return web.json_response({"ok": False, "error": "unknown_method", "req_method": name})
        headers = {
            "X-OAuth-Scopes": ",".join(sorted(self._workspace.app.scopes)),
            "X-Accepted-OAuth-Scopes": ",".join(method.scopes),
        }
        try:
            self._check_token(token, method.token)
            call.demand_scope(*method.scopes)
            said = {"ok": True, **method.answer(call)}
        except SlackError as refusal:
            said = {"ok": False, "error": refusal.code, **refusal.extra}
        return web.json_response(said, headers=headers)

    def _check_token(self, token: str, wanted: TokenKind) -> None:
        if wanted == "any":
            return
        app = self._workspace.app
        if not token:
            raise SlackError("not_authed")
        if token not in {app.bot_token, app.app_token}:
            raise SlackError("invalid_auth")
        if app.token_error:
            raise SlackError(app.token_error)
        if token != (app.bot_token if wanted == "bot" else app.app_token):
            raise SlackError("not_allowed_token_type")

    def _record(self, name: str, args: Json, said: web.Response, fault: str) -> None:
        body = json.loads(said.text) if said.text and said.content_type == "application/json" else {}
        call = ApiCall(self._workspace.clock(), name, args, str(body.get("error", "")), fault)
        self.log.append(call)
        self._workspace.notices.tell("api_call", call)
