import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.register import Register
from bot.store import Alarm, Card, Outlook, Post, Space, Watch
from handlers import ROUTES
from handlers.acts import Acts
from handlers.answers import Request
from tests.fixtures.alert_samples import card
from tests.fixtures.clock import NOON
from tests.fixtures.shown import shown
from tests.unit.fakes import FakeStore, StrictSlack, make_services
from tests.unit.hostile import CARDS, TEXT, TIMES, WATCHES

CHANNEL_ID = "C012ABC"
COMMAND = Request("command", "U012ABC", "T012ABC", CHANNEL_ID, response_url="https://example.com/")
DISABLED = Watch("cams-3", "waba-3", "Mira", "DISABLED", NOON, NOON, NOON)
BLIND = Watch("cams-4", "waba-4", "Nord", "APPROVED", NOON, NOON, NOON, NOON, "no answer", failure_told=True)
POSTS = st.builds(
    Post,
    id=st.integers(1),
    channel_id=st.just(CHANNEL_ID),
    meant_for=st.just(CHANNEL_ID),
    kind=st.just("notice"),
    parent_id=st.none(),
    card_id=st.none(),
    key=st.none(),
    content=TEXT.map(lambda text: json.dumps({"text": text, "blocks": []})),
    state=st.just("owed"),
    created_at=TIMES,
    due_at=TIMES,
    lease_until=st.none(),
    fence=st.just(1),
    failures=st.integers(0, 99),
    tried_at=st.none(),
    message_ts=st.none(),
    sent_at=st.none(),
    error=TEXT,
)
ALARMS = st.builds(Alarm, st.sampled_from(["cams_silent", "key_refused", "push_silent", "outbox_late"]), TIMES, TEXT)


def outlook(
    unwell: Sequence[Watch] = (), unreadable: Sequence[Watch] = (), watched: int = 3, unseen: int = 0
) -> Outlook:
    return Outlook(watched, unseen, unwell, unreadable, len(unreadable))


async def asks(words: str, store: FakeStore, slack: StrictSlack | None = None) -> str:
    slack, register = slack or StrictSlack(), Register("cams-1")
    register.learn(Space("cams-3", "Mira & Co"), [])
    await Acts(ROUTES, make_services(slack, store=store, register=register)).command(COMMAND, f"alerts {words}")
    return shown(slack.shown[-1][1])


@pytest.mark.parametrize(("failures", "says"), [(1, "failed once: "), (2, "failed 2 times: ")])
@settings(max_examples=5, deadline=None)
@given(post=POSTS)
def test_what_waits_is_said_with_how_often_it_failed(failures: int, says: str, post: Post) -> None:
    content = json.dumps({"text": "It may send no messages.", "blocks": []})
    waiting = replace(post, content=content, error="It was archived.", failures=failures)
    said = asyncio.run(asks("", FakeStore(posts=[waiting])))

    assert "It may send no messages, since " in said
    assert f"{says}It was archived." in said


@settings(max_examples=40, deadline=None)
@given(
    st.lists(CARDS, max_size=30),
    st.lists(POSTS, max_size=12),
    st.lists(WATCHES, max_size=30),
    st.lists(ALARMS, max_size=4),
)
def test_whatever_is_open_can_be_listed(
    cards: list[Card], posts: list[Post], watches: list[Watch], alarms: list[Alarm]
) -> None:
    slack = StrictSlack()
    store = FakeStore(cards=cards, posts=posts, standing=alarms, found=outlook(watches, watches[:10]))
    asyncio.run(asks("", store, slack))

    assert slack.refused == []


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("", {}),
        ("here", {"channel_id": CHANNEL_ID}),
        ("HERE", {"channel_id": CHANNEL_ID}),
        ("C0123456", {"channel_id": "C0123456"}),
        ("#Shop", {"channel_id": "C0SHOP1"}),
        ("<#C0123456|kiosks>", {"channel_id": "C0123456"}),
        ("cams-2", {"space_id": "cams-2"}),
        ("mira & co", {"space_id": "cams-3"}),
    ],
)
async def test_open_alerts_are_those_of_a_channel_or_a_space(words: str, wanted: dict[str, str]) -> None:
    asked: list[dict[str, object]] = []

    class Store(FakeStore):
        async def open_cards(self, **which: object) -> list[Card]:
            asked.append({name: value for name, value in which.items() if value is not None})
            return []

    await asks(words, Store(), StrictSlack(named={"shop": "C0SHOP1"}))

    assert asked == [wanted]


async def test_a_channel_that_the_bot_is_not_in_is_not_known_by_its_name() -> None:
    assert "I am in no channel #shop." in await asks("#shop", FakeStore())


async def test_what_is_not_well_is_open_though_it_has_no_card() -> None:
    told = await asks("", FakeStore(cards=[card()], found=outlook([DISABLED])))

    assert "Open alerts: 2;" in told
    assert "Mira DISABLED" in " ".join(told.split())
    assert "without a card" in told


def buttons(slack: StrictSlack) -> list[tuple[str, str]]:
    """Return the words on the buttons of the last answer, and which cards they are of."""
    rows = (block["elements"] for block in slack.shown[-1][1] if block["type"] == "actions")
    return [(button["text"]["text"], button["value"]) for row in rows for button in row]


async def test_each_card_that_nobody_has_acknowledged_can_be_acknowledged_in_the_list() -> None:
    slack = StrictSlack()
    cards = [card(id=1, acked_by="U1"), card(id=2, status="PENDING"), card(id=3, space_id="cams-2")]
    told = await asks("", FakeStore(cards=cards, found=outlook([DISABLED])), slack)

    assert buttons(slack) == [("Acknowledge 1", "3"), ("Acknowledge 2", "2")]
    assert [number for number in "12345" if f"{number}. " in told] == list("1234")


async def test_what_nobody_has_acknowledged_is_listed_before_what_there_is_no_room_for() -> None:
    slack = StrictSlack()
    seen = [card(id=number, status="DISABLED", acked_by="U1") for number in range(1, 31)]
    await asks("", FakeStore(cards=[*seen, *(card(id=number) for number in range(31, 41))]), slack)

    assert [value for _, value in buttons(slack)] == [str(number) for number in range(31, 41)]


async def test_where_there_is_nothing_to_acknowledge_nothing_is_numbered() -> None:
    slack = StrictSlack()
    told = await asks("", FakeStore(cards=[card(acked_by="U1")], found=outlook([DISABLED])), slack)

    assert (buttons(slack), "1. " in told) == ([], False)


async def test_what_has_a_card_is_listed_once() -> None:
    told = await asks("", FakeStore(cards=[card(space_id="cams-3")], found=outlook([DISABLED])))

    assert "Open alerts: 1;" in told
    assert "without a card" not in told


async def test_what_cannot_be_read_and_a_trouble_of_the_whole_bot_are_open_too() -> None:
    store = FakeStore(found=outlook(unreadable=[BLIND]), standing=[Alarm("cams_silent", NOON, "no answer")])
    told = " ".join((await asks("", store)).split())

    assert "Open alerts: 2;" in told
    assert "CAMS does not answer" in told
    assert "Nord since" in told
    assert "All is well" not in told


@pytest.mark.parametrize(
    ("words", "found", "says"),
    [
        ("", outlook(), "All is well: 3 watched."),
        ("", outlook(unseen=2), "Nothing is open: 3 watched, 2 of them not looked at yet."),
        ("", outlook(watched=0), "Nothing is watched yet. Type /cams watch <space> in the channel"),
        ("here", outlook(watched=0), "Nothing is watched for this channel. Type /cams watch <space>"),
        (
            "cams-3",
            outlook(watched=0),
            "This space is not watched, so nobody sees its changes. Type /cams watch cams-3",
        ),
        ("nonsense", outlook(watched=0), "I know no space “nonsense”. /cams spaces lists"),
        ("cams-3", outlook(), "Of Mira & Co cams-3 alone"),
        ("here", outlook(), "Of C012ABC alone; /cams alerts shows all."),
    ],
)
async def test_all_is_well_only_where_that_is_known(words: str, found: Outlook, says: str) -> None:
    assert says in " ".join((await asks(words, FakeStore(found=found))).split())


async def test_how_many_posts_wait_is_not_told_of_a_space_for_they_do_not_name_theirs() -> None:
    assert "waiting" in await asks("here", FakeStore())
    assert "waiting" not in await asks("cams-3", FakeStore())


@pytest.mark.parametrize(
    ("words", "unclaimed"), [("", "cams-1"), ("here", ""), ("C0ALERTS", "cams-1"), ("cams-1", "cams-1")]
)
async def test_the_default_space_counts_for_the_channel_that_is_told_of_it(words: str, unclaimed: str) -> None:
    asked: list[object] = []

    class Store(FakeStore):
        async def outlook(self, _well: object, **which: object) -> Outlook:
            asked.append(which["unclaimed"])
            return self.found

    services = make_services(StrictSlack(), store=Store(), BOT_ALERT_CHANNEL="C0ALERTS")
    await Acts(ROUTES, services).command(COMMAND, f"alerts {words}")

    assert asked == [unclaimed]
