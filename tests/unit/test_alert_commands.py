import asyncio
import csv
import io
import json
from collections.abc import Coroutine, Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts import history_view
from bot.alerts.why import Known, why
from bot.register import Register
from bot.store import Alarm, Card, Channel, Moment, Subscription, Swept, Told, Watch
from handlers import ROUTES
from handlers.acts import Acts
from handlers.answers import Request
from handlers.channel import zones
from sandbox.slack.blockkit import option_problems
from tests.fixtures.alert_samples import act, card, change
from tests.fixtures.clock import NOON
from tests.fixtures.shown import shown
from tests.unit.fakes import FakeStore, StrictSlack, make_services
from tests.unit.hostile import CARD_ACTS, CARDS, TEXT, TIMES, TRANSITIONS, WATCHES

COMMAND = Request("command", "U012ABC", "T012ABC", "C012ABC", response_url="https://example.com/", trigger_id="1")
BUTTON = Request("button", "U012ABC", "T012ABC", "C012ABC", trigger_id="1")
FORM = Request("submission", "U012ABC", "T012ABC", "C012ABC", view_id="V1")
CHANNEL_ID = "C012ABC"
SENT = {"mode": "card", "time_zone": "UTC", "remind_after": "60", "escalate_after": "240"}

TOLD = st.builds(
    Told,
    channel_id=st.just(CHANNEL_ID),
    state=st.sampled_from(["owed", "bundled", "delivered", "failed"]),
    posted_in=st.sampled_from([CHANNEL_ID, "C2"]),
    message_ts=st.sampled_from(["", "1700000000.000100"]),
    sent_at=st.none() | TIMES,
    error=TEXT,
)
MOMENTS = st.builds(
    Moment, TRANSITIONS, st.lists(TOLD, max_size=5).map(tuple), st.lists(CARD_ACTS, max_size=5).map(tuple)
)
CHANNELS = st.builds(
    Channel,
    channel_id=st.just(CHANNEL_ID),
    mode=st.sampled_from(["card", "each", "digest"]),
    broken_since=st.none() | TIMES,
    broken_because=TEXT,
)


def acts(slack: StrictSlack, store: FakeStore, operator: str = "U012ABC") -> Acts:
    return Acts(ROUTES, make_services(slack, store=store, BOT_OPERATORS=operator))


def done(work: Coroutine[Any, Any, None], slack: StrictSlack) -> list[str]:
    asyncio.run(work)
    assert slack.shown
    return slack.refused


async def said(work: Coroutine[Any, Any, None], slack: StrictSlack) -> str:
    await work
    return shown(slack.shown[-1][1] if isinstance(slack.shown[-1], tuple) else slack.shown[-1]["blocks"])


@settings(max_examples=40, deadline=None)
@given(st.lists(MOMENTS, max_size=14) | MOMENTS.map(lambda one: [one] * 14))
def test_any_history_can_be_shown_and_written_as_a_file(moments: list[Moment]) -> None:
    slack, store = StrictSlack(), FakeStore(moments=moments)
    does = acts(slack, store)

    assert history_view.table(moments)
    assert done(does.command(COMMAND, "history cams-1"), slack) == []
    assert done(does.press(BUTTON, "history.csv", "cams-1"), slack) == []
    assert [row.outcome for row in store.rows] == ["ok", "ok"]


@settings(max_examples=40, deadline=None)
@given(st.lists(MOMENTS, max_size=1), st.lists(CARDS, max_size=3), st.none() | WATCHES, CHANNELS)
def test_whatever_is_known_explains_why(
    moments: list[Moment], cards: list[Card], watch: Watch | None, channel: Channel
) -> None:
    slack = StrictSlack()
    subscribed = [Subscription("cams-1", CHANNEL_ID, "U1", NOON)]

    class Store(FakeStore):
        async def watch(self, _space_id: str) -> Watch | None:
            return watch

    store = Store(moments=moments, cards=cards, subscribed=subscribed, wanted=[channel])

    assert done(acts(slack, store).command(COMMAND, "why cams-1"), slack) == []


@settings(max_examples=40, deadline=None)
@given(CARDS, st.sampled_from(["card.ack", "card.unack", "card.meaning", "card.refresh"]))
def test_any_card_can_be_acted_on(told: Card, press: str) -> None:
    slack = StrictSlack()

    assert done(acts(slack, FakeStore(cards=[told])).press(BUTTON, press, str(told.id)), slack) == []


@pytest.mark.parametrize(
    ("press", "chosen", "says"),
    [
        ("card.assign", "U2", "Acme is assigned to U2 ."),
        ("card.snooze", "30m", "2026-11-20 12:30 UTC ."),
        ("card.snooze", "change", "Acme is snoozed until the next change ."),
        ("card.snooze", "off", "is so already"),
        ("card.snooze", "5y", "is not offered any more"),
        ("card.assign", "", "Nobody was chosen"),
    ],
)
async def test_a_select_does_what_was_chosen(press: str, chosen: str, says: str) -> None:
    slack = StrictSlack()
    value = json.dumps({"value": "7", "chosen": chosen})

    told = await said(acts(slack, FakeStore(cards=[card()])).press(BUTTON, press, value), slack)

    assert says in " ".join(told.split())


@pytest.mark.parametrize(
    ("swept", "says"),
    [
        (Swept([card()] * 3, []), "3 alerts are acknowledged. Nobody is reminded of any until it gets worse."),
        (
            Swept([card()], [card()] * 2),
            "1 alert is acknowledged. Nobody is reminded of any until it gets worse. Changed",
        ),
        (Swept([card()], [card()] * 2), "Changed since, and not acknowledged: 2. /cams alerts shows what is open."),
        (Swept([], [card()]), "Nothing is left to acknowledge of these"),
        (None, "These alerts are not known any more. /cams alerts shows those that are open."),
    ],
)
async def test_who_acknowledges_all_of_a_flood_reads_what_came_of_it(swept: Swept | None, says: str) -> None:
    slack = StrictSlack()
    told = await said(acts(slack, FakeStore(swept=swept)).press(BUTTON, "flood.ack", "1-12"), slack)

    assert says in " ".join(told.split())


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"acked_by": "U1"}, "the card of Acme is so already"),
        ({"state": "closed", "status": "APPROVED"}, "Acme is APPROVED again, so there is nothing to do"),
        ({"state": "closed"}, "Acme: This card is closed: later changes are not shown on it."),
        ({"id": 8}, "This alert is not known any more"),
    ],
)
async def test_what_cannot_be_done_with_a_card_says_why(changes: Mapping[str, Any], says: str) -> None:
    slack = StrictSlack()

    assert says in await said(acts(slack, FakeStore(cards=[card(**changes)])).press(BUTTON, "card.ack", "7"), slack)


@pytest.mark.parametrize("press", ["card.ack", "card.unack", "card.assign", "card.snooze"])
async def test_who_may_only_look_cannot_act(press: str) -> None:
    slack, store = StrictSlack(), FakeStore(cards=[card()])
    value = json.dumps({"value": "7", "chosen": "30m"})
    await acts(slack, store, operator="U0SOMEONE").press(BUTTON, press, value)

    assert [(row.act, row.allowed) for row in store.rows] == [(press, False)]


async def test_who_may_only_look_is_told_what_it_means() -> None:
    slack = StrictSlack()
    work = acts(slack, FakeStore(cards=[card()]), operator="U0SOMEONE").press(BUTTON, "card.meaning", "7")

    assert "Request review" in await said(work, slack)


async def test_a_time_of_ones_own_is_asked_for_in_a_form_that_knows_its_card() -> None:
    slack = StrictSlack()
    value = json.dumps({"value": "7", "chosen": "own"})
    await acts(slack, FakeStore(cards=[card()])).press(BUTTON, "card.snooze", value)
    [view] = slack.shown

    assert view["callback_id"] == "card_snooze"
    assert json.loads(view["private_metadata"])["values"] == {"card": "7"}


@pytest.mark.parametrize(
    ("after", "says"),
    [
        (timedelta(hours=3), "2026-11-20 15:00 UTC"),
        (timedelta(0), "still to come"),
        (timedelta(days=400), "within a year"),
    ],
)
async def test_a_time_of_ones_own_has_to_be_one_to_come(after: timedelta, says: str) -> None:
    slack = StrictSlack()
    until = str(int((NOON + after).timestamp()))
    work = acts(slack, FakeStore(cards=[card()])).submission(
        FORM, ROUTES.forms["card_snooze"], {"until": until, "card": "7"}
    )

    assert says in await said(work, slack)


async def test_the_form_of_a_channel_opens_with_what_is_set() -> None:
    slack = StrictSlack()
    await acts(slack, FakeStore()).command(COMMAND, "channel")
    [view] = slack.shown
    held = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}

    assert held["mode"]["initial_option"]["value"] == "card"
    assert held["time_zone"]["initial_option"]["value"] == "UTC"
    assert (held["remind_after"]["initial_value"], held["escalate_after"]["initial_value"]) == ("60", "240")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, "Escalation: never"),
        ({"mode": "digest"}, "Daily digest: 09:00"),
        ({"quiet_from": "22:00", "quiet_until": "07:00"}, "22:00 to 07:00"),
        ({"escalate_user": "U2"}, "after 4 hours to U2"),
        ({"escalate_group": "S2"}, "after 4 hours to S2"),
        ({"quiet_from": "22:00"}, "both ends"),
        ({"quiet_from": "22:00", "quiet_until": "22:00"}, "leave both empty"),
        ({"escalate_user": "U2", "escalate_group": "S2"}, "not both"),
    ],
)
async def test_a_channel_is_set_as_a_whole(more: Mapping[str, str], says: str) -> None:
    slack = StrictSlack()
    told = await said(acts(slack, FakeStore()).submission(FORM, ROUTES.forms["channel"], {**SENT, **more}), slack)

    assert says in " ".join(told.split())
    assert slack.refused == []


@pytest.mark.parametrize(
    ("name", "typed", "meant"),
    [
        ("digest_at", "9:05", "09:05"),
        ("digest_at", "24:00", None),
        ("digest_at", "nine", None),
        ("quiet_from", "23:59", "23:59"),
        ("remind_after", "0", "0"),
        ("remind_after", "090", "90"),
        ("remind_after", "-1", None),
        ("remind_after", "\N{ARABIC-INDIC DIGIT ONE}", None),
        ("escalate_after", "999999", None),
        ("time_zone", "Asia/Singapore", "Asia/Singapore"),
        ("time_zone", "Mars/Base", None),
        ("escalate_group", "<!subteam^S123|@ops>", "S123"),
        ("escalate_group", "@ops", None),
        ("mode", "loud", None),
    ],
)
def test_each_field_of_a_channel_is_read_or_refused(name: str, typed: str, meant: str | None) -> None:
    form = ROUTES.forms["channel"].form
    assert form is not None
    checked, errors = form.check({**SENT, name: typed})

    assert checked.get(name) == meant
    assert (name in errors) is (meant is None)


@given(TEXT)
def test_any_query_for_a_time_zone_gets_a_list_that_slack_takes(query: str) -> None:
    assert option_problems({"options": zones(query, Register(""))}) == []


def told(**more: Any) -> Told:
    known: dict[str, Any] = {
        "channel_id": CHANNEL_ID,
        "state": "delivered",
        "posted_in": CHANNEL_ID,
        "message_ts": "1700000000.000100",
        "sent_at": NOON,
        "error": "",
    }
    return Told(**{**known, **more})


def rows_of(moments: Sequence[Moment]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(history_view.table(moments).decode("utf-8-sig"))))


def test_a_file_has_a_row_for_each_change_and_channel() -> None:
    moments = [Moment(change(), (told(), told(channel_id="C2")), (act("ack"),)), Moment(change(id=2), (), ())]
    rows = rows_of(moments)

    assert [row["channel"] for row in rows] == [CHANNEL_ID, "C2", ""]
    assert rows[0]["posted_at"] == "2026-11-20T12:00:00+00:00"
    assert rows[0]["acts"] == "2026-11-20T12:00:00+00:00 U1 ack"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_no_cell_of_a_file_is_a_formula(name: str) -> None:
    [row] = rows_of([Moment(change(waba_name=name), (), ())])

    assert row["waba_name"] == f"'{name}"


def test_a_message_in_a_thread_is_linked_with_its_thread() -> None:
    assert history_view.link_to(told()) == f"https://slack.com/archives/{CHANNEL_ID}/p1700000000000100"
    assert history_view.link_to(told(thread_ts="1600000000.000100")) == (
        f"https://slack.com/archives/{CHANNEL_ID}/p1700000000000100?thread_ts=1600000000.000100&cid={CHANNEL_ID}"
    )
    assert history_view.link_to(told(message_ts="")) == ""


def known(**more: Any) -> Known:
    base: dict[str, Any] = {
        "space_id": "cams-1",
        "watch": Watch("cams-1", "w", "Acme", "REJECTED", NOON, NOON, NOON),
        "subscriptions": [Subscription("cams-1", CHANNEL_ID, "U1", NOON - timedelta(days=1))],
        "fallback": "",
        "channels": {},
        "cards": [],
        "moments": [Moment(change(), (told(),), ())],
    }
    return Known(**{**base, **more})


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({}, "→ C012ABC : https://slack.com/archives/C012ABC/p1700000000000100 posted"),
        ({"watch": None, "subscriptions": [], "moments": []}, "This space is not watched."),
        ({"watch": Watch("cams-1")}, "was not looked at yet"),
        ({"subscriptions": [], "moments": []}, "No channel is told. Type /cams watch cams-1"),
        ({"watch": None, "subscriptions": [], "moments": [], "name": "Nord"}, "Alerts of Nord"),
        ({"moments": [Moment(change(), (told(state="owed", sent_at=None),), ())]}, "It waits to be told with others"),
        ({"moments": []}, "was the baseline, of which nobody is told"),
        ({"watch": Watch("cams-1", failing_since=NOON, failure="no answer")}, "cannot be read since"),
        (
            {
                "subscriptions": [Subscription("cams-1", CHANNEL_ID, "U1", NOON + timedelta(days=1))],
                "moments": [Moment(change(), (), ())],
            },
            "it was seen before the channel subscribed",
        ),
        (
            {"moments": [Moment(change(), (told(state="owed", sent_at=None, error="not_in_channel"),), ())]},
            "not posted yet (not_in_channel)",
        ),
        (
            {"channels": {CHANNEL_ID: Channel(channel_id=CHANNEL_ID, mode="digest", digest_at="08:30")}},
            "at 08:30 (UTC)",
        ),
        (
            {"channels": {CHANNEL_ID: Channel(channel_id=CHANNEL_ID, broken_since=NOON, broken_because="is_archived")}},
            "is_archived",
        ),
        ({"cards": [card(snoozed_by="U1", snoozed_to_change=True)]}, "No reminders while it is snoozed"),
        ({"alarms": [Alarm("cams_silent", NOON, "no answer")]}, "CAMS does not answer since"),
        ({"cards": [card(acked_by="U1")]}, "No reminders while it is acknowledged"),
        ({"subscriptions": [], "fallback": CHANNEL_ID}, "BOT_ALERT_CHANNEL"),
        ({"subscriptions": [], "fallback": ""}, "Not subscribed any more"),
    ],
)
def test_why_an_alert_came_or_did_not(more: Mapping[str, Any], says: str) -> None:
    message = " ".join(shown(list(why(known(**more), NOON).blocks)).split())

    assert says in message


@pytest.mark.parametrize(
    ("words", "watched", "says"),
    [
        ("history cams-1", Watch("cams-1"), "has changed in cams-1 since it is watched. /cams why cams-1 says"),
        ("history", None, "cams-1 is not watched, so nothing was seen of it. Type /cams watch cams-1 in the channel"),
        ("history nonsense", None, "I know no space “nonsense”. /cams spaces lists"),
        ("history #shop", None, "A space is meant here, not a channel."),
        ("why nonsense", None, "I know no space “nonsense”. /cams spaces lists"),
        ("why #shop", None, "A space is meant here, not a channel."),
    ],
)
async def test_a_space_without_a_time_line_says_why(words: str, watched: Watch | None, says: str) -> None:
    class Store(FakeStore):
        async def watch(self, _space_id: str) -> Watch | None:
            return watched

    slack = StrictSlack()

    assert says in " ".join((await said(acts(slack, Store()).command(COMMAND, words), slack)).split())


def test_a_time_line_says_how_much_of_what_people_did_is_left_out() -> None:
    done = [act("ack", user_id=f"U{number}") for number in range(5)]
    message = history_view.history("cams-1", [Moment(change(), (), tuple(done))], {})

    assert "2 more of what people did before that are in the file." in shown(list(message.blocks))
