import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.callbacks import BODY_MAX, ITEMS_MAX, Callback, MalformedCallbackError, read_callback

WABA = "105500000000002"
REVIEW = {"WabaId": WABA, "Type": "wabaReviewUpdate", "Status": "REJECTED"}
# The sample of the page, which is of the first version.
TEMPLATE = {"WabaId": "9099999990", "TemplateCode": "744c", "Language": "en_US", "AuditStatus": "unaudit", "Reason": ""}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
FIELDS = ("WabaId", "Type", "Status", "TemplateCode", "Language", "AuditStatus", "PhoneNumber", "CurrentLimit")
KINDS = ("wabaReviewUpdate", "wabaAccountUpdate", "template", "phoneNameUpdate", "somethingNew")


def read(*items: object) -> Callback:
    return read_callback(json.dumps(items, ensure_ascii=False).encode())


@pytest.mark.parametrize("kind", ["wabaReviewUpdate", "wabaAccountUpdate"])
def test_an_item_about_a_waba_names_it(kind: str) -> None:
    assert read({**REVIEW, "Type": kind}) == Callback(frozenset({WABA}), items=1, not_understood=0)


@pytest.mark.parametrize("empty", [None, ""])
def test_fields_that_only_the_page_requires_may_be_empty(empty: object) -> None:
    said = read({**REVIEW, "TemplateCode": empty, "Language": empty, "AuditStatus": empty, "Status": empty})

    assert said == Callback(frozenset({WABA}), items=1, not_understood=0)


@pytest.mark.parametrize("empty", [{}, {"Type": None}, {"Type": ""}])
def test_an_item_of_the_first_version_is_about_a_template_and_so_about_no_waba(empty: dict[str, Any]) -> None:
    assert read({**TEMPLATE, **empty}) == Callback(frozenset(), items=1, not_understood=0)


@pytest.mark.parametrize(
    "kind", ["template", "phoneNameUpdate", "phoneQualityUpdate", "templateCategoryUpdate", "templateQualityUpdate"]
)
def test_other_kinds_are_understood_and_name_no_waba(kind: str) -> None:
    assert read({**REVIEW, "Type": kind}) == Callback(frozenset(), items=1, not_understood=0)


@pytest.mark.parametrize(
    "item",
    [
        {**REVIEW, "Type": "somethingNew"},
        {**REVIEW, "Type": 7},
        {**REVIEW, "Type": ["wabaReviewUpdate"]},
        {**REVIEW, "Type": None},
        {"WabaId": WABA},
        {},
        None,
        "wabaReviewUpdate",
        [REVIEW],
        7,
    ],
)
def test_what_is_of_no_documented_kind_is_counted_and_names_no_waba(item: object) -> None:
    assert read(item) == Callback(frozenset(), items=1, not_understood=1)


@pytest.mark.parametrize(
    "waba",
    [None, "", " ", "9099999990****", "1" * 65, "-1", "1.5", "١٢٣", -1, 1.5, True, [WABA], {"id": WABA}, f"{WABA}\n"],
)
def test_a_waba_that_is_not_plausible_does_not_count(waba: object) -> None:
    assert read({**REVIEW, "WabaId": waba}) == Callback(frozenset(), items=1, not_understood=1)


def test_an_item_without_a_waba_does_not_count() -> None:
    assert read({"Type": "wabaReviewUpdate"}).not_understood == 1


@pytest.mark.parametrize("waba", ["1", "1" * 64, 105500000000002])
def test_a_waba_is_digits(waba: object) -> None:
    assert read({**REVIEW, "WabaId": waba}).wabas == {str(waba)}


def test_versions_and_nonsense_may_be_mixed_and_what_is_doubled_counts_once() -> None:
    said = read(TEMPLATE, REVIEW, None, REVIEW, {**REVIEW, "WabaId": "7", "Type": "wabaAccountUpdate"})

    assert said == Callback(frozenset({WABA, "7"}), items=5, not_understood=1)


def test_no_items_are_no_mistake() -> None:
    assert read_callback(b"[]") == Callback(frozenset(), 0, 0)


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read_callback(b"\xef\xbb\xbf" + json.dumps([REVIEW]).encode()).wabas == {WABA}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "JSON in UTF-8"),
        (b"\xff\xfe", "JSON in UTF-8"),
        (b'[{"WabaId": "1055', "JSON in UTF-8"),
        (b"<html>", "JSON in UTF-8"),
        (b"[" * 200_000, "JSON in UTF-8"),
        (b"[" + b"9" * 10_000 + b"]", "JSON in UTF-8"),
        (b"null", "no array"),
        (json.dumps(REVIEW).encode(), "no array"),
        (b" " * (BODY_MAX + 1), "1,048,577"),
        (json.dumps([REVIEW] * (ITEMS_MAX + 1)).encode(), "1,001"),
    ],
)
def test_what_is_no_callback_is_said_to_be_none(body: bytes, says: str) -> None:
    with pytest.raises(MalformedCallbackError, match=says):
        read_callback(body)


def test_as_much_as_is_allowed_is_read() -> None:
    body = json.dumps([{**REVIEW, "WabaId": f"{at}"} for at in range(ITEMS_MAX)]).encode()

    assert len(read_callback(body.ljust(BODY_MAX)).wabas) == ITEMS_MAX


def test_what_is_wrong_with_a_body_is_told_without_the_body() -> None:
    with pytest.raises(MalformedCallbackError) as told:
        read_callback(b'[{"PhoneNumber": "8613800001234"')

    assert "86138" not in f"{told.value!r}"
    assert told.value.__cause__ is None


@given(st.binary())
@example(b'["\\ud800"]')
@example(b"[NaN, Infinity, -0]")
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    try:
        said = read_callback(body)
    except MalformedCallbackError:
        return
    assert 0 <= said.not_understood <= said.items


@given(
    st.lists(JSON | st.dictionaries(st.sampled_from(FIELDS), JSON | st.sampled_from(KINDS) | st.from_regex("[0-9]+")))
)
def test_no_items_raise_anything_and_only_digits_are_named(items: list[Any]) -> None:
    said = read_callback(json.dumps(items).encode())

    assert said.items == len(items)
    assert len(said.wabas) + said.not_understood <= said.items
    assert all(waba.isascii() and waba.isdigit() and len(waba) <= 64 for waba in said.wabas)
