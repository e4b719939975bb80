"""A good and a bad of each limit. The oracle of other tests must itself be right."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.slack import blockkit
from sandbox.slack.blockkit import Surface

Json = dict[str, Any]


def plain(text: str = "x") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "x") -> Json:
    return {"type": "mrkdwn", "text": text}


def section(**more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain(), **more}


def options(count: int = 1, text: str = "x", **more: Any) -> list[Json]:
    return [{"text": plain(text), "value": str(number), **more} for number in range(count)]


def select(**more: Any) -> Json:
    return {"type": "static_select", "options": options(), **more}


def ask(element: Json, **more: Any) -> Json:
    return {"type": "input", "label": plain(), "element": element, **more}


def typed(**more: Any) -> Json:
    return ask({"type": "plain_text_input", **more})


def image(**more: Any) -> Json:
    return {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a", **more}


def context(*elements: Json) -> Json:
    return {"type": "context", "elements": list(elements)}


def table(rows: int = 1, columns: int = 1, text: str = "x", **more: Any) -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": text}] * columns] * rows, **more}


def confirm(**more: Any) -> Json:
    return button(confirm={"title": plain(), "text": plain(), "confirm": plain(), "deny": plain(), **more})


def rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def said(text: str) -> Json:
    return {"type": "text", "text": text}


LIMITS: dict[str, tuple[list[Json], list[Json]]] = {
    "a message has 50 blocks": ([section()] * 50, [section()] * 51),
    "a block_id has 255 characters": ([section(block_id="x" * 255)], [section(block_id="x" * 256)]),
    "a block_id is not empty": ([section(block_id="x")], [section(block_id="")]),
    "a block_id is unique": (
        [section(block_id="x"), section(block_id="y")],
        [section(block_id="x"), section(block_id="x")],
    ),
    "a block has a known type": ([{"type": "divider"}], [{"type": "dividers"}]),
    "a block has a type": ([{"type": "divider"}], [{}]),
    "a block has no key of its own making": ([{"type": "divider"}], [{"type": "divider", "text": plain()}]),
    "a section's text has 3000 characters": (
        [section(text=mrkdwn("x" * 3000))],
        [section(text=mrkdwn("x" * 3001))],
    ),
    "a section's text is not empty": ([section(text=plain())], [section(text=plain(""))]),
    "a section has text or fields": ([{"type": "section", "fields": [mrkdwn()]}], [{"type": "section"}]),
    "a section has 10 fields": ([section(fields=[mrkdwn()] * 10)], [section(fields=[mrkdwn()] * 11)]),
    "a field has 2000 characters": (
        [section(fields=[mrkdwn("x" * 2000)])],
        [section(fields=[mrkdwn("x" * 2001)])],
    ),
    "a section takes a button but no text input": (
        [section(accessory=button())],
        [section(accessory={"type": "plain_text_input"})],
    ),
    "text is an object": ([section(text=mrkdwn())], [section(text="x")]),
    "a header has 150 characters": (
        [{"type": "header", "text": plain("x" * 150)}],
        [{"type": "header", "text": plain("x" * 151)}],
    ),
    "a header is plain text": ([{"type": "header", "text": plain()}], [{"type": "header", "text": mrkdwn()}]),
    "a context has 10 elements": ([context(*[mrkdwn()] * 10)], [context(*[mrkdwn()] * 11)]),
    "a context is not empty": ([context(image())], [context()]),
    "a context takes no button": ([context(plain())], [context(button())]),
    "actions have 25 elements": ([actions(*[button()] * 25)], [actions(*[button()] * 26)]),
    "actions are not empty": ([actions(button())], [actions()]),
    "actions take no text input": ([actions(select())], [actions({"type": "plain_text_input"})]),
    "an action_id has 255 characters": (
        [actions(button(action_id="x" * 255))],
        [actions(button(action_id="x" * 256))],
    ),
    "an action_id is unique in its block": (
        [actions(button(action_id="x")), actions(button(action_id="x"))],
        [actions(button(action_id="x"), button(action_id="x"))],
    ),
    "a button's text has 75 characters": (
        [actions(button(text=plain("x" * 75)))],
        [actions(button(text=plain("x" * 76)))],
    ),
    "a button's text is plain": ([actions(button(text=plain()))], [actions(button(text=mrkdwn()))]),
    "a button's value has 2000 characters": (
        [actions(button(value="x" * 2000))],
        [actions(button(value="x" * 2001))],
    ),
    "a button's value is not empty": ([actions(button(value="x"))], [actions(button(value=""))]),
    "a button's url has 3000 characters": (
        [actions(button(url="https://e/" + "x" * 2990))],
        [actions(button(url="https://e/" + "x" * 2991))],
    ),
    "a button's url is one": ([actions(button(url="https://e/"))], [actions(button(url="not a url"))]),
    "a button's style is known": ([actions(button(style="danger"))], [actions(button(style="default"))]),
    "an accessibility label has 75 characters": (
        [actions(button(accessibility_label="x" * 75))],
        [actions(button(accessibility_label="x" * 76))],
    ),
    "a confirm title has 100 characters": (
        [actions(confirm(title=plain("x" * 100)))],
        [actions(confirm(title=plain("x" * 101)))],
    ),
    "a confirm text has 300 characters": (
        [actions(confirm(text=plain("x" * 300)))],
        [actions(confirm(text=plain("x" * 301)))],
    ),
    "a confirm button has 30 characters": (
        [actions(confirm(confirm=plain("x" * 30)))],
        [actions(confirm(confirm=plain("x" * 31)))],
    ),
    "a deny button has 30 characters": (
        [actions(confirm(deny=plain("x" * 30)))],
        [actions(confirm(deny=plain("x" * 31)))],
    ),
    "a select has 100 options": ([actions(select(options=options(100)))], [actions(select(options=options(101)))]),
    "a select has an option": ([actions(select())], [actions(select(options=[]))]),
    "a select has options or groups": (
        [actions({"type": "static_select", "option_groups": [{"label": plain(), "options": options()}]})],
        [actions(select(option_groups=[{"label": plain(), "options": options()}]))],
    ),
    "a select has 100 groups": (
        [actions({"type": "static_select", "option_groups": [{"label": plain(), "options": options()}] * 100})],
        [actions({"type": "static_select", "option_groups": [{"label": plain(), "options": options()}] * 101})],
    ),
    "a group label has 75 characters": (
        [actions({"type": "static_select", "option_groups": [{"label": plain("x" * 75), "options": options()}]})],
        [actions({"type": "static_select", "option_groups": [{"label": plain("x" * 76), "options": options()}]})],
    ),
    "an option's text has 75 characters": (
        [actions(select(options=options(text="x" * 75)))],
        [actions(select(options=options(text="x" * 76)))],
    ),
    "an option's value has 150 characters": (
        [actions(select(options=options(value="x" * 150)))],
        [actions(select(options=options(value="x" * 151)))],
    ),
    "an option's description has 75 characters": (
        [actions(select(options=options(description=plain("x" * 75))))],
        [actions(select(options=options(description=plain("x" * 76))))],
    ),
    "a placeholder has 150 characters": (
        [actions(select(placeholder=plain("x" * 150)))],
        [actions(select(placeholder=plain("x" * 151)))],
    ),
    "an initial option is one of the options": (
        [actions(select(options=options(2), initial_option=options(2)[1]))],
        [actions(select(options=options(2), initial_option=options(3)[2]))],
    ),
    "radio buttons have 10 options": (
        [actions({"type": "radio_buttons", "options": options(10)})],
        [actions({"type": "radio_buttons", "options": options(11)})],
    ),
    "checkboxes have 10 options": (
        [actions({"type": "checkboxes", "options": options(10)})],
        [actions({"type": "checkboxes", "options": options(11)})],
    ),
    "checkboxes start with their own options": (
        [actions({"type": "checkboxes", "options": options(2), "initial_options": options(2)})],
        [actions({"type": "checkboxes", "options": options(2), "initial_options": options(3)})],
    ),
    "an overflow menu has 5 options": (
        [actions({"type": "overflow", "options": options(5)})],
        [actions({"type": "overflow", "options": options(6)})],
    ),
    "an overflow menu has an option": (
        [actions({"type": "overflow", "options": options(1)})],
        [actions({"type": "overflow", "options": []})],
    ),
    "a date is written as one": (
        [actions({"type": "datepicker", "initial_date": "2026-11-21"})],
        [actions({"type": "datepicker", "initial_date": "21.11.2026"})],
    ),
    "a time is written as one": (
        [actions({"type": "timepicker", "initial_time": "23:59"})],
        [actions({"type": "timepicker", "initial_time": "24:00"})],
    ),
    "a filter says something": (
        [actions({"type": "conversations_select", "filter": {"include": ["public"]}})],
        [actions({"type": "conversations_select", "filter": {}})],
    ),
    "an image's alt text has 2000 characters": ([image(alt_text="x" * 2000)], [image(alt_text="x" * 2001)]),
    "an image has an alt text": ([image()], [image(alt_text="")]),
    "an image's url has 3000 characters": (
        [image(image_url="https://e/" + "x" * 2990)],
        [image(image_url="https://e/" + "x" * 2991)],
    ),
    "an image's title has 2000 characters": (
        [image(title=plain("x" * 2000))],
        [image(title=plain("x" * 2001))],
    ),
    "an image is a url or a file": (
        [{"type": "image", "alt_text": "a", "slack_file": {"id": "F1"}}],
        [image(slack_file={"id": "F1"})],
    ),
    "a label has 2000 characters": (
        [ask(select(), label=plain("x" * 2000))],
        [ask(select(), label=plain("x" * 2001))],
    ),
    "a hint has 2000 characters": (
        [ask(select(), hint=plain("x" * 2000))],
        [ask(select(), hint=plain("x" * 2001))],
    ),
    "an input takes no button": ([ask(select())], [ask(button())]),
    "a text input has 3000 characters": ([typed(max_length=3000)], [typed(max_length=3001)]),
    "a text input asks for no more than it takes": (
        [typed(min_length=2, max_length=2)],
        [typed(min_length=3, max_length=2)],
    ),
    "a first value has 3000 characters": (
        [typed(initial_value="x" * 3000)],
        [typed(initial_value="x" * 3001)],
    ),
    "one element has the focus": (
        [typed(focus_on_load=True), typed(focus_on_load=False)],
        [typed(focus_on_load=True), typed(focus_on_load=True)],
    ),
    "a number input says whether decimals are allowed": (
        [ask({"type": "number_input", "is_decimal_allowed": False})],
        [ask({"type": "number_input"})],
    ),
    "a markdown block has 12000 characters": (
        [{"type": "markdown", "text": "x" * 12_000}],
        [{"type": "markdown", "text": "x" * 12_001}],
    ),
    "markdown blocks have 12000 characters together": (
        [{"type": "markdown", "text": "x" * 6000}] * 2,
        [{"type": "markdown", "text": "x" * 6001}] * 2,
    ),
    "a table has 100 rows": ([table(rows=100)], [table(rows=101)]),
    "a table has 20 columns": ([table(columns=20)], [table(columns=21)]),
    "a table has 10000 characters": ([table(rows=10, text="x" * 1000)], [table(rows=10, text="x" * 1001)]),
    "a message has one table": ([table()], [table(), table()]),
    "a cell is not empty": ([table()], [table(text="")]),
    "a cell has a known type": ([table()], [{"type": "table", "rows": [[{"type": "mrkdwn", "text": "x"}]]}]),
    "a column is aligned in a known way": (
        [table(column_settings=[{"align": "right"}])],
        [table(column_settings=[{"align": "middle"}])],
    ),
    "a table has 20 column settings": (
        [table(column_settings=[{"align": "left"}] * 20)],
        [table(column_settings=[{"align": "left"}] * 21)],
    ),
    "rich text is not empty": ([rich(said("x"))], [rich(said(""))]),
    "rich text has known elements": ([rich(said("x"))], [rich({"type": "mrkdwn", "text": "x"})]),
    "a rich text link has a url": (
        [rich({"type": "link", "url": "https://e/"})],
        [rich({"type": "link", "text": "x"})],
    ),
    "a style is known": (
        [rich({**said("x"), "style": {"bold": True}})],
        [rich({**said("x"), "style": {"big": True}})],
    ),
    "a file block is of a remote file": (
        [{"type": "file", "external_id": "x", "source": "remote"}],
        [{"type": "file", "external_id": "x", "source": "local"}],
    ),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_what_is_within_a_limit_passes(limit: str) -> None:
    good, _ = LIMITS[limit]

    assert blockkit.problems(good, "message") == []


@pytest.mark.parametrize("limit", LIMITS)
def test_what_is_over_a_limit_is_refused(limit: str) -> None:
    _, bad = LIMITS[limit]

    assert blockkit.problems(bad, "message") != []


ELEMENTS = [
    {"type": "multi_static_select", "options": options(), "max_selected_items": 1},
    {"type": "external_select", "min_query_length": 0},
    {"type": "multi_external_select"},
    {"type": "users_select", "initial_user": "U1"},
    {"type": "multi_users_select"},
    {"type": "conversations_select", "default_to_current_conversation": True, "response_url_enabled": True},
    {"type": "multi_conversations_select"},
    {"type": "channels_select"},
    {"type": "multi_channels_select"},
    {"type": "datetimepicker", "initial_date_time": 1_795_000_000},
]


@pytest.mark.parametrize("element", ELEMENTS, ids=lambda element: element["type"])
def test_every_menu_may_stand_in_actions_and_in_an_input(element: Json) -> None:
    assert blockkit.problems([actions(element), ask(element)], "modal") == []


@pytest.mark.parametrize("kind", ["email_text_input", "url_text_input", "rich_text_input"])
def test_every_text_field_may_stand_in_an_input(kind: str) -> None:
    assert blockkit.problems([ask({"type": kind})], "modal") == []


@pytest.mark.parametrize(
    ("block", "surface"),
    [
        (table(), "modal"),
        ({"type": "markdown", "text": "x"}, "home"),
        ({"type": "file", "external_id": "x", "source": "remote"}, "modal"),
        (ask({"type": "file_input"}), "message"),
    ],
)
def test_a_block_on_the_wrong_surface_is_refused(block: Json, surface: Surface) -> None:
    assert blockkit.problems([block], surface) != []


def test_a_file_input_may_not_dispatch_actions() -> None:
    assert blockkit.problems([ask({"type": "file_input"}, dispatch_action=True)], "modal") != []


def test_a_complaint_points_at_the_place_as_slack_does() -> None:
    found = blockkit.problems([section(), section(text=mrkdwn("x" * 3001))], "message")

    assert found == ["[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]"]


WORDS = [*blockkit.BLOCKS, *blockkit.INPUTS.shapes, "text", "elements", "element", "options", "plain_text", "block_id"]
KEYS = [
    "text",
    "elements",
    "element",
    "accessory",
    "options",
    "option_groups",
    "initial_options",
    "rows",
    "block_id",
    "action_id",
    "min_length",
    "max_length",
    "dispatch_action",
    "label",
    "fields",
]
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.fixed_dictionaries(
            {"type": st.sampled_from(WORDS) | inner},
            optional=dict.fromkeys(
                KEYS,
                inner,
            ),
        )
    ),
    max_leaves=12,
)


@given(st.lists(JUNK, max_size=3))
def test_junk_breaks_nothing(junk: list[Any]) -> None:
    found = blockkit.problems(junk, "message")

    assert all(words.startswith("[ERROR] ") for words in found)


@given(JUNK)
def test_a_junk_view_breaks_nothing(junk: Any) -> None:
    found = blockkit.view_problems({"type": "modal", "title": junk, "blocks": junk})

    assert found


def modal(**more: Any) -> Json:
    return {"type": "modal", "title": plain(), "blocks": [section()], **more}


VIEWS: dict[str, tuple[Json, Json]] = {
    "a modal has 100 blocks": (modal(blocks=[section()] * 100), modal(blocks=[section()] * 101)),
    "a title has 24 characters": (modal(title=plain("x" * 24)), modal(title=plain("x" * 25))),
    "a title is plain text": (modal(title=plain()), modal(title=mrkdwn())),
    "submit has 24 characters": (modal(submit=plain("x" * 24)), modal(submit=plain("x" * 25))),
    "close has 24 characters": (modal(close=plain("x" * 24)), modal(close=plain("x" * 25))),
    "private metadata has 3000 characters": (
        modal(private_metadata="x" * 3000),
        modal(private_metadata="x" * 3001),
    ),
    "a callback_id has 255 characters": (modal(callback_id="x" * 255), modal(callback_id="x" * 256)),
    "an external_id has 255 characters": (modal(external_id="x" * 255), modal(external_id="x" * 256)),
    "a modal with an input has a submit": (
        modal(blocks=[typed()], submit=plain()),
        modal(blocks=[typed()]),
    ),
    "a view has a known type": (modal(), modal(type="dialog")),
    "a view has blocks": (modal(), {"type": "modal", "title": plain()}),
    "blocks are a list": (modal(), modal(blocks={"type": "divider"})),
    "a view's blocks are checked": (modal(), modal(blocks=[{"type": "section"}])),
    "a Home tab has no title": (
        {"type": "home", "blocks": [section()]},
        {"type": "home", "blocks": [section()], "title": plain()},
    ),
    "a Home tab may have inputs": (
        {"type": "home", "blocks": [typed()]},
        {"type": "home", "blocks": [ask({"type": "file_input"})]},
    ),
}


@pytest.mark.parametrize("limit", VIEWS)
def test_a_view_within_a_limit_passes(limit: str) -> None:
    good, _ = VIEWS[limit]

    assert blockkit.view_problems(good) == []


@pytest.mark.parametrize("limit", VIEWS)
def test_a_view_over_a_limit_is_refused(limit: str) -> None:
    _, bad = VIEWS[limit]

    assert blockkit.view_problems(bad) != []


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        ({"options": options(100)}, False),
        ({"options": []}, False),
        ({"option_groups": [{"label": plain(), "options": options()}]}, False),
        ({"options": options(101)}, True),
        ({"options": options(text="x" * 76)}, True),
        ({}, True),
    ],
)
def test_the_options_of_an_app_are_checked(answer: Json, refused: bool) -> None:
    assert bool(blockkit.option_problems(answer)) is refused
