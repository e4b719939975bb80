"""The shapes of rich_text and of a table's cells: https://docs.slack.dev/reference/block-kit/blocks/rich-text-block."""

from collections.abc import Mapping

from sandbox.slack.elements import URL
from sandbox.slack.shapes import Items, Obj, Shape, Str, Typed, Whole, anything, flag, number

MARKS = Obj(
    {},
    dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight", "client_highlight", "unlink"), flag),
)

INLINE: Mapping[str, Shape] = {
    "broadcast": Obj({"range": Str(among=("here", "channel", "everyone"))}, {"style": MARKS}),
    "channel": Obj({"channel_id": Str()}, {"style": MARKS}),
    "color": Obj({"value": Str()}, {"style": MARKS}),
    "date": Obj({"timestamp": Whole(0, 10**11), "format": Str()}, {"url": URL, "fallback": Str(), "style": MARKS}),
    "emoji": Obj({"name": Str()}, {"unicode": Str(), "skin_tone": Whole(1, 6), "style": MARKS, "url": URL}),
    "link": Obj({"url": URL}, {"text": Str(low=0), "unsafe": flag, "style": MARKS}),
    "team": Obj({"team_id": Str()}, {"style": MARKS}),
    "text": Obj({"text": Str()}, {"style": MARKS}),
    "user": Obj({"user_id": Str()}, {"style": MARKS}),
    "usergroup": Obj({"usergroup_id": Str()}, {"style": MARKS}),
}
# That there must be something in it is not documented.
LINE = Items(Typed(INLINE))
SECTION = Obj({"elements": LINE})
LIST = Obj(
    {"style": Str(among=("bullet", "ordered")), "elements": Items(Typed({"rich_text_section": SECTION}))},
    {"indent": Whole(0, 8), "offset": Whole(0, 10**6), "border": Whole(0, 1)},
)
PARTS: Mapping[str, Shape] = {
    "rich_text_list": LIST,
    "rich_text_preformatted": Obj({"elements": LINE}, {"border": Whole(0, 1), "language": Str()}),
    "rich_text_quote": Obj({"elements": LINE}, {"border": Whole(0, 1)}),
    "rich_text_section": SECTION,
}
RICH_TEXT_PARTS = Items(Typed(PARTS))

CELL = Typed(
    {
        "raw_text": Obj({"text": Str()}),
        # In the models of slack_sdk 3.47; the page of the table block does not yet name it.
        "raw_number": Obj({"value": number}, {"text": Str()}),
        "rich_text": Obj({"elements": RICH_TEXT_PARTS}, {"block_id": anything}),
    }
)
