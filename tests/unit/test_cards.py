from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import cards
from bot.blocks import Block
from bot.cams.models import Profile, QrCode, Waba
from bot.statuses import MEANINGS
from handlers.modals import result_view
from tests.fixtures.shown import shown
from tests.unit.hostile import NAME, PROFILES, QR_CODES, TEXT, WABAS, message_problems, view_problems

WABA = Waba("waba-1", "Acme", "REJECTED", "USD", "ns", "b-1", "Acme Inc.", "SG", "false", "ONBOARDED", {"IN": 1})
PROFILE = Profile(
    "Coffee", "1 Quay", "Beans", "a@b.example", "https://b.example/p.png", "RETAIL", ("https://b.example",)
)
QR = QrCode("ABC", "https://wa.me/message/ABC", "Hi", "8613800001234", "", "PNG")


def problems(card: list[Block], text: str = "x") -> list[str]:
    return message_problems(card, text) + view_problems(result_view("A card", card, "C012ABC"))


@given(WABAS, NAME)
def test_any_waba_is_shown(account: Waba, space_id: str) -> None:
    assert problems(cards.waba(account, space_id)) == []


@given(PROFILES, TEXT, NAME)
def test_any_profile_is_shown(profile: Profile, phone_number: str, space_id: str) -> None:
    assert problems(cards.profile(profile, phone_number, space_id)) == []


@given(QR_CODES)
def test_any_qr_code_has_a_caption(qr: QrCode) -> None:
    assert problems(cards.qr_caption(qr, "U012ABC")) == []


@given(QR_CODES)
def test_an_alt_text_is_what_an_upload_takes(qr: QrCode) -> None:
    assert 0 < len(cards.qr_alt_text(qr).encode("utf-16-le")) // 2 <= 1000


@given(st.lists(QR_CODES, min_size=1, max_size=10), st.integers(1, 2000), TEXT)
def test_any_ten_qr_codes_make_a_page(codes: list[QrCode], first: int, phone_number: str) -> None:
    page = cards.qr_page(codes, first, first + len(codes), phone_number)

    assert problems(page) == []


@pytest.mark.parametrize(
    ("card", "holds"),
    [
        (
            cards.waba(WABA, "cams-1"),
            ("waba-1", "Acme", "REJECTED", "USD", "ns", "b-1", "Acme Inc.", "SG", "ONBOARDED", '{"IN": 1}', "cams-1"),
        ),
        (
            cards.profile(PROFILE, "8613800001234", "cams-1"),
            (
                "+86 138 0000 1234",
                "Coffee",
                "Beans",
                "Shopping and retail",
                "https://b.example",
                "a@b.example",
                "1 Quay",
            ),
        ),
        (
            cards.qr_caption(QR, "U012ABC"),
            ("+86 138 0000 1234", "Hi", "https://wa.me/message/ABC", "ABC", "U012ABC"),
        ),
    ],
)
def test_a_card_holds_every_fact(card: list[Block], holds: tuple[str, ...]) -> None:
    assert [fact for fact in holds if fact not in shown(card)] == []


@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        (cards.waba_sentence(WABA), "Acme is REJECTED. It may not send messages."),
        (
            cards.qr_sentence(QR),
            "QR code ABC of +86 138 0000 1234 opens https://wa.me/message/ABC with “Hi”.",
        ),
    ],
)
def test_a_card_in_one_sentence(sentence: str, says: str) -> None:
    assert sentence == says


@pytest.mark.parametrize(
    ("url", "has_picture"),
    [("https://b.example/p.png", True), ("", False), ("http://[::1", False), ("https://localhost/p.png", False)],
)
def test_a_picture_is_shown_where_its_address_is_one(url: str, has_picture: bool) -> None:
    profile = Profile("", "", "", "", url, "", ())
    kinds = [block["type"] for block in cards.profile(profile, "8613800001234", "cams-1")]

    assert ("image" in kinds) is has_picture


@pytest.mark.parametrize("card_of", [cards.waba_sentence, lambda account: shown(cards.waba(account, "cams-1"))])
def test_every_status_says_whether_the_account_may_send(card_of: Callable[[Waba], str]) -> None:
    assert MEANINGS["REJECTED"].sending in card_of(WABA)
