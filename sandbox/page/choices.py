"""From what a browser has of a field (texts and values) to what a person puts into it."""

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.slack import Message, View, forms
from sandbox.slack.errors import CannotActError
from sandbox.slack.model import Json

Where = Message | View
REMEMBERED = 200


def place(where: Where) -> str:
    """Return what a message or a view goes by."""
    return where.id if isinstance(where, View) else f"{where.channel}/{where.ts}"


class Offered:
    """Options that an app has suggested: a browser sends back the value alone, the app wants the option whole."""

    def __init__(self) -> None:
        self._options: dict[tuple[str, str], dict[str, Json]] = {}

    def remember(self, where: Where, action_id: str, options: Iterable[Json]) -> None:
        """Keep options beside those that the same menu has offered before."""
        known = self._options.setdefault((place(where), action_id), {})
        known.update({option["value"]: option for option in options})
        while len(self._options) > REMEMBERED:
            del self._options[next(iter(self._options))]

    def of(self, where: Where, block: Json, element: Json) -> Mapping[str, Json]:
        """Return by value what a menu has offered, and what it holds."""
        state = where.state if isinstance(where, View) else forms.first_state(where.blocks)
        held = state.get(block["block_id"], {}).get(element["action_id"], {})
        options = [*held.get("selected_options", []), held.get("selected_option")]
        chosen = {option["value"]: option for option in options if option}
        return {**chosen, **self._options.get((place(where), element["action_id"]), {})}


def given(element: Json, value: Any, offered: Mapping[str, Json]) -> Any:
    """Return what Person.press and Person.fill take for an element.

    Raises CannotActError for what a browser could not have sent, an option that was not offered among it.
    """
    kind = element["type"]
    if kind not in forms.FIELDS:
        return value
    several = kind == "checkboxes" or kind.startswith(("multi_", "file_"))
    if several and isinstance(value, list | None):
        return [_one(kind, one, offered) for one in value or []]
    if several:
        raise CannotActError(f"{element['action_id']!r} takes a list")
    return None if value in (None, "") else _one(kind, value, offered)


def _one(kind: str, value: Any, offered: Mapping[str, Json]) -> Any:
    if not isinstance(value, str | int | dict):
        raise CannotActError(f"a {kind} takes no {value!r}")
    match kind:
        case "external_select" | "multi_external_select":
            return _option(value, offered)
        case "datetimepicker":
            return _seconds(value)
        case "rich_text_input" if isinstance(value, str):
            return _rich_text(value)
    return value


def _option(value: str | int | Json, offered: Mapping[str, Json]) -> Json:
    if isinstance(value, dict):
        return value
    if value not in offered:
        raise CannotActError(f"no option {value!r} was offered")
    return offered[str(value)]


def _seconds(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError) as exc:
        raise CannotActError(f"{value!r} are no seconds since 1970") from exc


def _rich_text(text: str) -> Json:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}
