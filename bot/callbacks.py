"""What CAMS pushes, read: which WABAs to look at again. Values in, values out.

A callback proves nothing. Nobody signs it, it has no time and no number, it comes late, twice or in another order, or
not at all. So nothing of it is believed but that it may be worth asking CAMS about these WABAs now.

The form: https://www.alibabacloud.com/help/en/chatapp/developer-reference/chatappaudit-1
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from bot.errors import BotError

BODY_MAX = 1024**2
"""The longest body that is read, in bytes."""
ITEMS_MAX = 1000
"""The most items that a body may have. CAMS documents no limit."""

_CONCERNS = {"wabaReviewUpdate", "wabaAccountUpdate"}
_OTHERS = {"template", "phoneNameUpdate", "phoneQualityUpdate", "templateCategoryUpdate", "templateQualityUpdate"}
# What is in each item of the first version, which has no Type and is about templates only.
_TEMPLATE_FIELDS = ("TemplateCode", "AuditStatus")
_WABA_ID = re.compile("[0-9]{1,64}")


class MalformedCallbackError(BotError):
    """The body is no callback. The text says why, and holds nothing of the body."""


@dataclass(frozen=True, slots=True)
class Callback:
    """What a body says.

    ``wabas`` are the IDs of those whose review or account may have changed; ``items`` counts what the body holds, and
    ``not_understood`` those of them that are of no documented kind, or that name no plausible WABA where they must.
    """

    wabas: frozenset[str]
    items: int
    not_understood: int


def read_callback(body: bytes) -> Callback:
    """Return what a pushed body says; fields may be missing, null or empty, and both versions mixed.

    Raises:
        MalformedCallbackError: it is not a JSON array in UTF-8, too long, or of too many items.
    """
    items = _items(body)
    named = [_concerned(item) for item in items]
    return Callback(
        wabas=frozenset(waba for waba in named if waba),
        items=len(items),
        not_understood=sum(waba is None for waba in named),
    )


def _items(body: bytes) -> list[Any]:
    if len(body) > BODY_MAX:
        raise MalformedCallbackError(f"A callback has at most {BODY_MAX:,} bytes, and this one has {len(body):,}.")
    try:
        items = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise MalformedCallbackError("A callback is JSON in UTF-8, and this one cannot be read as that.") from None
    if not isinstance(items, list):
        raise MalformedCallbackError("A callback is a JSON array of items, and this one is no array.")
    if len(items) > ITEMS_MAX:
        raise MalformedCallbackError(f"A callback has at most {ITEMS_MAX:,} items, and this one has {len(items):,}.")
    return items


def _concerned(item: object) -> str | None:
    """Return the WABA that an item makes worth looking at, "" where it is about something else.

    None where it is not understood.
    """
    if not isinstance(item, dict):
        return None
    kind = item.get("Type") or ""
    if kind == "":
        return "" if any(item.get(name) for name in _TEMPLATE_FIELDS) else None
    if not isinstance(kind, str) or kind not in _CONCERNS | _OTHERS:
        return None
    return _waba_id(item.get("WabaId")) if kind in _CONCERNS else ""


def _waba_id(value: object) -> str | None:
    # Documented as a text; a number is the same to whoever writes JSON without a schema.
    text = str(value) if isinstance(value, int) else value
    return text if isinstance(text, str) and _WABA_ID.fullmatch(text) else None
