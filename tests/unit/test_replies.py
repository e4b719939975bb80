"""What people get to see of anything that CAMS may say, by every way that an answer can take."""

import asyncio
import json
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.message import Message
from bot.cams.errors import CamsRefusedError
from bot.cams.models import Profile, QrCode, Waba
from bot.register import Register
from bot.store import Post, Space, SpaceNumber, Subscription, Watch
from handlers import ROUTES
from handlers.acts import Acts
from handlers.answers import Request
from tests.fixtures.clock import NOON
from tests.unit.fakes import FakeCams, FakeStore, StrictSlack, make_services
from tests.unit.hostile import NAME, PROFILES, QR_CODES, TEXT, WABAS

NUMBER = "8613800001234"
EVERYTHING = {"BOT_ADMINS": "U012ABC"}
COMMAND = Request("command", "U012ABC", "T012ABC", "C012ABC", response_url="https://example.com/", trigger_id="1")
SUBMISSION = Request("submission", "U012ABC", "T012ABC", "C012ABC", view_id="V1")
BUTTON = Request("button", "U012ABC", "T012ABC", "C012ABC")
WATCHES = st.builds(
    Watch,
    space_id=NAME,
    waba_id=TEXT,
    waba_name=TEXT,
    review_status=TEXT,
    looked_at=st.sampled_from([None, NOON]),
    failing_since=st.sampled_from([None, NOON]),
    failure=TEXT,
)
POSTS = st.builds(
    Post,
    id=st.integers(1),
    channel_id=st.just("C012ABC"),
    meant_for=st.just("C012ABC"),
    kind=st.sampled_from(["card", "line", "news", "change", "flood", "part", "digest", "reminder", "notice"]),
    content=TEXT.map(lambda text: Message(text, ()).dumps()),
    state=st.sampled_from(["owed", "dropped"]),
    due_at=st.just(NOON),
    error=TEXT,
)
SPACES = st.builds(Space, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, st.just(NOON), st.sampled_from([None, NOON]))
SPACE_NUMBERS = st.builds(SpaceNumber, *[TEXT] * 6)


def acts(
    slack: StrictSlack, cams: FakeCams | None = None, store: FakeStore | None = None, register: Register | None = None
) -> Acts:
    return Acts(ROUTES, make_services(slack, cams, store, register, **EVERYTHING))


def refused(*works: Coroutine[Any, Any, None], slack: StrictSlack) -> list[str]:
    async def one_after_another() -> None:
        for work in works:
            await work

    asyncio.run(one_after_another())
    assert slack.shown
    return slack.refused


def by_words_and_by_form(acts: Acts, command: str, values: Mapping[str, str]) -> list[Coroutine[Any, Any, None]]:
    words = " ".join([command, *values.values()])
    return [acts.command(COMMAND, words), acts.submission(SUBMISSION, ROUTES.commands[command], values)]


@settings(max_examples=50, deadline=None)
@given(WABAS)
def test_any_waba_can_be_shown_shared_and_refreshed(account: Waba) -> None:
    slack = StrictSlack()
    does = acts(slack, FakeCams(waba=account))
    share = json.dumps({"route": "waba", "space": "cams-1"})
    works = [*by_words_and_by_form(does, "waba", {"space": "cams-1"}), does.press(BUTTON, "share", share)]

    assert refused(*works, does.press(BUTTON, "waba.refresh", "cams-1"), slack=slack) == []


@settings(max_examples=50, deadline=None)
@given(PROFILES)
def test_any_profile_can_be_shown(profile: Profile) -> None:
    slack = StrictSlack()
    does = acts(slack, FakeCams(profile=profile))

    assert refused(*by_words_and_by_form(does, "profile", {"phone": NUMBER}), slack=slack) == []


@settings(max_examples=25, deadline=None)
@given(st.lists(QR_CODES, max_size=12), st.integers(0, 2))
def test_any_qr_codes_can_be_listed(codes: list[QrCode], page: int) -> None:
    slack = StrictSlack()
    does = acts(slack, FakeCams(codes=codes))
    turn = json.dumps({"phone": NUMBER, "space": "cams-1", "page": str(page)})
    works = [*by_words_and_by_form(does, "qr list", {"phone": NUMBER}), does.press(BUTTON, "qr.page", turn)]

    assert refused(*works, slack=slack) == []


@pytest.mark.parametrize("lost", [None, TimeoutError(), CamsRefusedError("Op", "x" * 10_000, code="c" * 600)])
@settings(max_examples=50, deadline=None)
@given(qr=QR_CODES)
def test_any_qr_code_can_be_posted_or_told(qr: QrCode, lost: Exception | None) -> None:
    slack = StrictSlack(lost=lost)
    does = acts(slack, FakeCams(codes=[qr]))
    values = {"phone": NUMBER, "message": "Hello"}

    assert refused(*by_words_and_by_form(does, "qr create", values), slack=slack) == []


@settings(max_examples=50, deadline=None)
@given(WABAS)
def test_any_waba_can_be_watched(account: Waba) -> None:
    slack = StrictSlack()

    assert refused(acts(slack, FakeCams(waba=account)).command(COMMAND, "watch cams-2"), slack=slack) == []


@settings(max_examples=50, deadline=None)
@given(
    st.lists(WATCHES, max_size=45, unique_by=lambda one: one.space_id) | WATCHES.map(lambda one: [one] * 45),
    st.lists(POSTS, max_size=3) | POSTS.map(lambda one: [one] * 10),
)
def test_any_watches_can_be_listed(seen: Sequence[Watch], stuck: Sequence[Post]) -> None:
    slack = StrictSlack()
    named = {f"{number}-{one.space_id}"[:128]: one for number, one in enumerate(seen)}
    store = FakeStore(
        seen=[
            Watch(space, one.waba_id, one.waba_name, one.review_status, looked_at=NOON) for space, one in named.items()
        ],
        subscribed=[Subscription(space, "C012ABC", "U012ABC", NOON) for space in named],
        stuck=list(stuck),
    )

    assert refused(acts(slack, store=store).command(COMMAND, "watches"), slack=slack) == []


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(SPACES, st.lists(SPACE_NUMBERS, max_size=8)), max_size=12),
    st.sampled_from(["", "c", "\N{PILE OF POO}" * 3000]),
    st.integers(0, 2),
)
def test_any_spaces_can_be_listed(known: list[tuple[Space, list[SpaceNumber]]], search: str, page: int) -> None:
    slack, register = StrictSlack(), Register()
    register.missing |= {"ListInstance", "QueryChatappBindWaba", "QueryChatappPhoneNumbers"}
    for space, numbers in known:
        register.learn(space, numbers)
    does = acts(slack, register=register)
    turn = json.dumps({"search": search, "page": str(page)})
    works = [does.command(COMMAND, f"spaces {search}"), does.press(BUTTON, "spaces.page", turn)]

    assert refused(*works, slack=slack) == []


@settings(max_examples=50, deadline=None)
@given(TEXT, st.sampled_from(sorted(ROUTES.commands)))
def test_any_words_get_an_answer_or_a_form(words: str, command: str) -> None:
    slack = StrictSlack()
    does = acts(slack)

    assert refused(does.command(COMMAND, words), does.command(COMMAND, f"{command} {words}"), slack=slack) == []


@settings(max_examples=50, deadline=None)
@given(message=TEXT, code=TEXT, request_id=TEXT)
def test_any_refusal_is_a_sentence_in_the_form_that_was_sent(message: str, code: str, request_id: str) -> None:
    class Refusing(FakeCams):
        async def get_profile(self, _phone_number: str, _space_id: str) -> Profile:
            raise CamsRefusedError("QueryPhoneBusinessProfile", message, code=code, request_id=request_id)

    slack = StrictSlack()

    assert refused(*by_words_and_by_form(acts(slack, Refusing()), "profile", {"phone": NUMBER}), slack=slack) == []


async def test_help_lists_every_command_with_what_it_needs() -> None:
    slack = StrictSlack()
    services = make_services(slack, BOT_OPERATORS="U012ABC")
    await Acts(ROUTES, services).command(COMMAND, "help")
    [(_, shown)] = slack.shown
    listed = [element["text"] for element in shown[1]["elements"][0]["elements"]]

    assert [route.command for route in ROUTES.commands.values() if route.command not in listed] == []
    assert [text for text in listed if "needs the role admin" in text] == [
        f" {ROUTES.commands['verify'].does} (needs the role admin)"
    ]


async def test_a_list_with_more_than_a_page_can_be_turned() -> None:
    slack = StrictSlack()
    codes = [QrCode(f"CODE{number}", f"https://wa.me/{number}", "Hi", NUMBER, "", "") for number in range(12)]
    await acts(slack, FakeCams(codes=codes)).command(COMMAND, f"qr list {NUMBER}")
    [(_, shown)] = slack.shown
    buttons = [[button["text"]["text"] for button in row["elements"]] for row in shown if row["type"] == "actions"]

    assert "1 to 10 of 12" in shown[0]["text"]["text"]
    assert buttons == [[f"Post picture {number}" for number in range(1, 11)], ["Next"]]


async def test_a_space_that_fits_no_button_is_not_watched() -> None:
    slack, store = StrictSlack(), FakeStore()
    await acts(slack, store=store).command(COMMAND, "watch " + "x" * 3000)
    [row] = store.rows

    assert (row.act, row.outcome) == ("watch", "UserError")
