from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import cards
from bot.blocks import Block
from bot.cams.models import Profile, QrCode, Waba
from bot.statuses import MEANINGS, meaning
from bot.store import Kind, Transition
from handlers.modals import result_view
from tests.fixtures.clock import NOON
from tests.unit.hostile import NAME, PROFILES, QR_CODES, TEXT, TIMES, WABAS, message_problems, view_problems

TRANSITIONS = st.builds(
    Transition,
    kind=st.sampled_from(["review", "poll_failing", "poll_recovered"]),
    waba_id=TEXT,
    waba_name=TEXT,
    before=TEXT,
    after=TEXT | st.sampled_from(sorted(MEANINGS)),
    before_since=st.none() | TIMES,
    at_least=st.booleans(),
    detail=TEXT,
    id=st.integers(1),
    space_id=NAME,
    seen_at=TIMES,
)
WABA = Waba("waba-1", "Acme", "REJECTED", "USD", "ns", "b-1", "Acme Inc.", "SG", "false", "ONBOARDED", {"IN": 1})
PROFILE = Profile(
    "Coffee", "1 Quay", "Beans", "a@b.example", "https://b.example/p.png", "RETAIL", ("https://b.example",)
)
QR = QrCode("ABC", "https://wa.me/message/ABC", "Hi", "8613800001234", "", "PNG")


def change(kind: Kind = "review", **more: Any) -> Transition:
    known = {
        "waba_id": "waba-1",
        "waba_name": "Acme",
        "before": "PENDING",
        "after": "REJECTED",
        "before_since": NOON - timedelta(days=1),
        "id": 1,
        "space_id": "cams-1",
        "seen_at": NOON,
    }
    return Transition(kind=kind, **{**known, **more})


def shown(part: Any) -> str:
    """All text of some blocks, with the links and the fallbacks of dates."""
    if isinstance(part, dict):
        return " ".join(shown(value) for key, value in part.items() if key not in {"type", "action_id", "style"})
    return " ".join(map(shown, part)) if isinstance(part, list) else str(part)


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


@given(TRANSITIONS)
def test_any_change_makes_an_alert(transition: Transition) -> None:
    assert problems(cards.alert(transition)) == []


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
        (
            cards.alert(change()),
            (
                "Acme",
                "PENDING → REJECTED",
                "2026-11-19 12:00 UTC",
                "cams-1",
                "may not send",
                "What to do",
                "Support Home",
            ),
        ),
        (
            cards.alert(change("poll_failing", detail="code Forbidden.RAM")),
            ("cannot be read", "code Forbidden.RAM", "Acme", "cams-1", "2026-11-19 12:00 UTC"),
        ),
        (cards.alert(change("poll_recovered")), ("can be read again", "Acme", "cams-1")),
    ],
)
def test_a_card_holds_every_fact(card: list[Block], holds: tuple[str, ...]) -> None:
    assert [fact for fact in holds if fact not in shown(card)] == []


@pytest.mark.parametrize("kind", ["review", "poll_failing", "poll_recovered"])
def test_an_alert_has_buttons_to_refresh_and_to_open_the_console(kind: Kind) -> None:
    refresh, console = cards.alert(change(kind))[-1]["elements"]

    assert (refresh["action_id"], refresh["value"]) == ("waba.refresh", "cams-1")
    assert console["url"].startswith("https://")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, " since "),
        ({"at_least": True}, " since at least "),
    ],
)
def test_an_alert_says_how_sure_it_is_of_the_time(more: dict[str, Any], says: str) -> None:
    assert says in shown(cards.alert(change(**more)))


def test_a_status_that_nobody_has_described_is_shown_as_it_is() -> None:
    card = shown(cards.alert(change(after="HALF_APPROVED")))

    assert "PENDING → HALF_APPROVED" in card
    assert meaning("HALF_APPROVED").sending in card


@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        (cards.alert_sentence(change()), "Acme: PENDING → REJECTED. It may not send messages."),
        (
            cards.alert_sentence(change("poll_failing", detail="no answer")),
            "The review status of space cams-1 cannot be read: no answer",
        ),
        (cards.alert_sentence(change("poll_recovered")), "The review status of space cams-1 can be read again."),
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
