"""One call of a Web API method: its arguments read, its answer not yet made."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from aiohttp import web

from sandbox.slack.errors import SlackError, invalid_arguments
from sandbox.slack.model import Channel, Json
from sandbox.slack.workspace import Workspace

# Arguments that a form carries as JSON text.
STRUCTURED = ("attachments", "blocks", "files", "metadata", "view")

TokenKind = Literal["bot", "app", "any"]


@dataclass(frozen=True)
class Method:
    """A Web API method: what answers it, and any one of which scopes it takes (none: no scope)."""

    answer: Callable[["Call"], Json]
    scopes: tuple[str, ...] = ()
    token: TokenKind = "bot"


@dataclass(frozen=True)
class Call:
    """What a handler gets. Structured arguments are decoded already; what is no JSON stays text."""

    workspace: Workspace
    args: Mapping[str, Any]
    origin: str

    def text(self, name: str) -> str:
        """Return an argument as text, empty where it was not given."""
        value = self.args.get(name)
        return "" if value is None else str(value)

    def required(self, *names: str) -> list[str]:
        """Return arguments that must be there. Raises SlackError invalid_arguments."""
        if missing := [name for name in names if not self.text(name)]:
            raise invalid_arguments([f"[ERROR] missing required field: {name}" for name in missing])
        return [self.text(name) for name in names]

    def flag(self, name: str) -> bool:
        """Return a boolean argument, which a form carries as 1, 0, true or false."""
        return self.text(name).lower() in {"1", "true"}

    def number(self, name: str, default: int) -> int:
        """Return a whole number. Raises SlackError invalid_<name> as the methods with pages do."""
        try:
            return int(self.text(name) or default)
        except ValueError as exc:
            raise SlackError(f"invalid_{name}") from exc

    def demand_scope(self, *accepted: str) -> None:
        """Raise SlackError missing_scope unless the bot token has one of these."""
        granted = self.workspace.app.scopes
        if accepted and not granted.intersection(accepted):
            raise SlackError("missing_scope", needed=",".join(accepted), provided=",".join(sorted(granted)))

    def channel(self, named: str) -> Channel:
        """Return a channel that the app can see. Raises SlackError channel_not_found.

        A private channel without the app is not found, as in Slack; a user's ID names the direct message.
        """
        if named in self.workspace.users:
            return self.workspace.direct_channel(named)
        try:
            channel = self.workspace.channel_named(named)
        except KeyError:
            raise SlackError("channel_not_found") from None
        if channel.is_closed and self.workspace.app.user not in channel.members:
            raise SlackError("channel_not_found")
        return channel

    def conversation(self, named: str) -> Channel:
        """Return a channel that the app can see by its ID alone. Raises SlackError channel_not_found."""
        if named not in self.workspace.channels:
            raise SlackError("channel_not_found")
        return self.channel(named)


async def read_arguments(request: web.Request) -> dict[str, Any]:
    """Return the arguments of a call from the query, a form or a JSON body; the body wins.

    Raises SlackError invalid_json where a JSON body is none.
    """
    args: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        args |= _json_body(await request.text())
    else:
        args |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return args | {name: _decoded(args[name]) for name in STRUCTURED if name in args}


def _json_body(text: str) -> Json:
    try:
        body = json.loads(text or "{}")
    except ValueError as exc:
        raise SlackError("invalid_json") from exc
    if not isinstance(body, dict):
        raise SlackError("json_not_object")
    return body


def _decoded(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


def one_page(call: Call, items: list[Any], key: str) -> Json:
    """Return the page of `items` that `cursor` and `limit` ask for, with the cursor of the next one."""
    limit = min(max(call.number("limit", 100), 1), 1000)
    start = call.number("cursor", 0)
    following = str(start + limit) if start + limit < len(items) else ""
    return {key: items[start : start + limit], "response_metadata": {"next_cursor": following}}
