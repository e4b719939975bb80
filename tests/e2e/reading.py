"""What a person sees, out of what Slack was given."""

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import zxingcpp
from PIL import Image

from sandbox.slack import Message, View

Json = Mapping[str, Any]


def shown(where: Message | View) -> str:
    """Return the text on the screen, a line for each block or row.

    Raises ValueError for mrkdwn: what stands there is not shown as it is, and no block of this bot needs it.
    """
    return "\n".join(_block(block) for block in where.blocks)


def title(message: Message) -> str:
    """Return what stands in large letters at the top."""
    return _plain(message.blocks[0]["text"])


def row(where: Message | View, name: str) -> str:
    """Return the value that stands behind a name in a list of facts. Raises LookupError with what is there."""
    for line in shown(where).splitlines():
        if line.startswith(f"{name}: "):
            return line.removeprefix(f"{name}:").strip()
    raise LookupError(f"no {name!r} in:\n{shown(where)}")


def table(where: Message | View) -> list[list[str]]:
    """Return the cells of the only table."""
    [block] = [block for block in where.blocks if block["type"] == "table"]
    return [[cell["text"] for cell in cells] for cells in block["rows"]]


def buttons(where: Message | View) -> list[str]:
    """Return the words on the buttons and on the selects beside them."""
    rows = (block["elements"] for block in where.blocks if block["type"] == "actions")
    return [_plain(_words(element)) for elements in rows for element in elements]


def held(view: View, name: str) -> Any:
    """Return what a field of a form holds."""
    [element] = view.state[name].values()
    option = element.get("selected_option") or {}
    return element.get("value") or option.get("value") or element.get("selected_conversation")


def scan(picture: bytes | None) -> str:
    """Read the one QR code in a picture, as a telephone does."""
    [code] = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture or b"")))
    return str(code.text)


def _block(block: Json) -> str:  # noqa: PLR0911 - one for each kind of block
    match block["type"]:
        case "rich_text":
            return "\n".join("".join(_parts(section["elements"])) for section in block["elements"])
        case "header":
            return _plain(block["text"])
        case "context":
            return " ".join(_plain(element) for element in block["elements"])
        case "table":
            return "\n".join(" | ".join(cell["text"] for cell in cells) for cells in block["rows"])
        case "actions":
            return " ".join(f"[{_plain(_words(element))}]" for element in block["elements"])
        case "input":
            return f"{_plain(block['label'])}: {_plain(block['hint']) if 'hint' in block else ''}"
        case "image":
            return f"({block['alt_text']})"
        case other:
            raise ValueError(f"no reading of a block of type {other}")


def _words(element: Json) -> Json:
    words: Json = element["text"] if "text" in element else element["placeholder"]
    return words


def _plain(text: Json) -> str:
    if text["type"] != "plain_text" or text.get("emoji"):
        raise ValueError(f"not shown as it is: {text}")
    return str(text["text"])


def _parts(elements: Sequence[Json]) -> Iterator[str]:
    for element in elements:
        match element["type"]:
            case "text" | "link":
                yield element.get("text", element.get("url", ""))
            case "emoji":
                yield f":{element['name']}:"
            case "user":
                yield f"@{element['user_id']}"
            case "usergroup":
                yield f"@{element['usergroup_id']}"
            case "channel":
                yield f"#{element['channel_id']}"
            case "date":
                yield element["fallback"]
            case other:
                raise ValueError(f"no reading of a rich text element of type {other}")
