"""Block Kit in a terminal: what a person would see of a message or a modal, as lines of text."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

Block = Mapping[str, Any]
MARKS = {
    "white_check_mark": "✓",
    "no_entry": "⛔",
    "hourglass_flowing_sand": "⏳",
    "rotating_light": "🚨",
    "telephone_receiver": "📞",
    "warning": "⚠",
    "eyes": "👀",
    "bell": "🔔",
    "alarm_clock": "⏰",
    "zzz": "💤",
    "bust_in_silhouette": "👤",
    "arrows_counterclockwise": "🔄",
    "white_large_square": "☐",
    "pencil2": "✏",
    "heavy_plus_sign": "+",
}


class Painter:
    """Draws blocks. `names` gives people and channels their names by ID."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._draws: Mapping[str, Callable[[Block], Text | Table]] = {
            "header": lambda block: Text(block["text"]["text"], style="bold underline"),
            "rich_text": self._rich_text,
            "context": _context,
            "image": lambda block: Text(f"[picture: {block['alt_text']}]", style="dim"),
            "actions": _buttons,
            "table": _table,
        }

    def draw(self, blocks: Iterable[Block], state: Mapping[str, Any] | None = None) -> Group:
        """Draw blocks; `state` is what the fields of a modal hold."""
        return Group(*(self._block(block, state or {}) for block in blocks))

    def _block(self, block: Block, state: Mapping[str, Any]) -> Text | Table:
        if block["type"] == "input":
            return self._field(block, state)
        draw = self._draws.get(block["type"])
        return draw(block) if draw else Text(f"({block['type']})")

    def _rich_text(self, block: Block) -> Text:
        text = Text()
        for element in (element for section in block["elements"] for element in section["elements"]):
            style = element.get("style", {})
            looks = ("bold " if style.get("bold") else "") + ("green" if style.get("code") else "")
            text.append(self._words(element), style=looks.strip() or None)
        return text

    def _words(self, element: Block) -> str:
        match element["type"]:
            case "text":
                return str(element["text"])
            case "link":
                return str(element.get("text") or element["url"])
            case "emoji":
                return MARKS.get(element["name"], f":{element['name']}:")
            case "date":
                return str(element["fallback"])
        return self._name(element.get("user_id") or element.get("channel_id") or element.get("usergroup_id") or "")

    def _field(self, block: Block, state: Mapping[str, Any]) -> Text:
        held: Mapping[str, Any] = next(iter(state.get(block["block_id"], {}).values()), {})
        option = held.get("selected_option") or {}
        chosen = option.get("text", {}).get("text") or self._name(held.get("selected_conversation") or "")
        text = Text(f"{block['label']['text']}: ", style="bold")
        return text.append(f" {held.get('value') or chosen or '          '} ", style="not bold reverse")

    def _name(self, key: str) -> str:
        return self._names.get(key, key)


def _context(block: Block) -> Text:
    return Text(" ".join(element["text"] for element in block["elements"]), style="dim italic")


def _buttons(block: Block) -> Text:
    # A button has a text, a select shows its placeholder.
    words = ((element.get("text") or element["placeholder"])["text"] for element in block["elements"])
    return Text("  ".join(f"[ {word} ]" for word in words), style="cyan")


def _table(block: Block) -> Table:
    first, *rows = ([str(cell["text"]) for cell in row] for row in block["rows"])
    table = Table()
    for name in first:
        table.add_column(Text(name))
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
