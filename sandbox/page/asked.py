"""What the page asks for: the body of a POST, read with care."""

import json
from typing import Any

from aiohttp import web

from sandbox.slack.model import Json


class BadAskError(Exception):
    """The body is not what this address takes; the text is a sentence for whoever sent it."""


class Asked:
    """A JSON object and ways to take fields out of it; each raises BadAskError where the field is not that."""

    def __init__(self, body: Json) -> None:
        self._body = body

    @classmethod
    async def of(cls, request: web.Request) -> "Asked":
        """Read a request's body."""
        # A form of another page can send text/plain without asking first, and cannot send this.
        if request.content_type != "application/json":
            raise BadAskError("The Content-Type has to be application/json.")
        try:
            body = json.loads(await request.text())
        except ValueError as exc:
            raise BadAskError("The body is not JSON.") from exc
        if not isinstance(body, dict):
            raise BadAskError("The body has to be a JSON object.")
        return cls(body)

    def text(self, name: str, default: str | None = None) -> str:
        """Return a text; without a default it has to be there."""
        value = self._body.get(name, default)
        if not isinstance(value, str):
            raise BadAskError(f"The body needs the text {name!r}.")
        return value

    def flag(self, name: str) -> bool:
        value = self._body.get(name)
        if not isinstance(value, bool):
            raise BadAskError(f"The body needs {name!r}, true or false.")
        return value

    def object(self, name: str) -> "Asked":
        value = self._body.get(name)
        if not isinstance(value, dict):
            raise BadAskError(f"The body needs the object {name!r}.")
        return Asked(value)

    def any(self, name: str) -> Any:
        """Return a value of any kind, None where there is none."""
        return self._body.get(name)

    def items(self) -> Json:
        """Return all fields."""
        return dict(self._body)

    def __contains__(self, name: str) -> bool:
        return name in self._body
