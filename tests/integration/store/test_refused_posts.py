import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.outbox import NOWHERE_WAIT
from bot.slack_errors import THREAD
from bot.store import NewPost, Store
from tests.fixtures.changes import record_change
from tests.fixtures.clock import NOON, Clock
from tests.fixtures.delivery import Chat, Fault, Poster, later, owe, said
from tests.fixtures.refusals import refused
from tests.fixtures.shown import shown

SECOND = timedelta(seconds=1)
ARCHIVED = refused("is_archived")
LIMITED = refused("ratelimited", status=429, headers={"Retry-After": "77"})


async def changed(store: Store, *channels: str, times: int = 1) -> list[int]:
    for channel in channels:
        await store.subscribe("space-1", channel, "U1", NOON)
    return [(await record_change(store, "space-1", NOON)).id for _ in range(times)]


async def test_the_wait_that_slack_asks_for_holds_its_channel_and_no_other(store: Store) -> None:
    chat, clock = Chat(), Clock()
    chat.faults["C1"] = [Fault(LIMITED)]
    await owe(store, "C1", "C2")
    poster = Poster(store, chat, clock)
    await poster.tick()
    await owe(store, "C1", "C2")
    await later(store, clock, 70 * SECOND)
    await poster.tick()
    early = len(chat.texts("C1"))
    await later(store, clock, 7 * SECOND)
    await poster.tick()

    assert (early, len(chat.texts("C1")), len(chat.texts("C2"))) == (0, 2, 2)


async def test_a_failure_is_tried_again_with_growing_waits(store: Store) -> None:
    chat, clock = Chat(), Clock()
    chat.always["C1"] = refused("a_code_of_tomorrow")
    await owe(store, "C1")
    poster = Poster(store, chat, clock)
    tried = []
    for _ in range(5):
        chat.asked.clear()
        await poster.tick()
        tried.append(chat.asked.is_set())
        await later(store, clock, 5 * SECOND)
    [problem] = await store.post_problems(10)

    # At once, after 5 seconds, then after 15.
    assert tried == [True, True, False, False, True]
    assert (problem.failures, problem.error) == (3, "a_code_of_tomorrow")


async def test_a_channel_that_hangs_holds_up_no_other(store: Store) -> None:
    chat, done = Chat(), asyncio.Event()
    chat.faults["C1"] = [Fault(until=done)]
    await owe(store, "C1", *["C2"] * 5, *["C3"] * 5)
    poster = Poster(store, chat, Clock())
    await poster.outbox.tick()
    async with asyncio.timeout(10):
        await chat.has_sent(10)
    done.set()
    await poster.outbox.idle()

    assert [one.channel_id for one in chat.sent[10:]] == ["C1"]


@pytest.mark.parametrize("error", [ARCHIVED, refused("invalid_blocks"), TimeoutError(), ZeroDivisionError("ours")])
async def test_a_channel_that_fails_holds_up_no_other(store: Store, error: Exception) -> None:
    chat = Chat()
    chat.always["C1"] = error
    told = await changed(store, "C1", "C2", times=3)
    with capture_logs():
        await Poster(store, chat, Clock()).tick()

    assert (chat.told("C1"), chat.told("C2")) == ([], told)


async def test_what_an_archived_channel_cannot_take_goes_to_the_fallback_channel_with_the_reason(store: Store) -> None:
    chat, clock = Chat(), Clock()
    chat.always["C1"] = ARCHIVED
    told = await changed(store, "C1", times=2)
    await Poster(store, chat, clock, "C0").tick()
    message = next(one.letter.message for one in chat.sent if one.channel_id == "C0")

    assert (chat.told("C0"), chat.told("C1")) == (told, [])
    assert message.text.startswith("Meant for another channel: Acme: PENDING → APPROVED")
    assert "C1" in shown(list(message.blocks))
    assert "is_archived: the channel is archived" in shown(list(message.blocks))


async def test_the_owner_of_a_channel_is_told_once_that_it_takes_nothing(store: Store) -> None:
    chat, clock = Chat(), Clock()
    chat.always["C1"] = ARCHIVED
    await changed(store, "C1", times=3)
    poster = Poster(store, chat, clock, "C0")
    for _ in range(3):
        await poster.tick()
    [notice] = [one.letter.message for one in chat.sent if one.channel_id == "U1"]

    assert "takes no alerts. is_archived" in shown(list(notice.blocks))
    assert "C0" in shown(list(notice.blocks))


async def test_an_owner_who_cannot_be_told_is_given_up(store: Store) -> None:
    chat = Chat()
    chat.always |= {"C1": ARCHIVED, "U1": refused("user_disabled")}
    told = await changed(store, "C1")
    await Poster(store, chat, Clock(), "C0").tick()
    problems = await store.post_problems(10)

    assert chat.told("C0") == told
    assert [(one.channel_id, one.state) for one in problems] == [("U1", "dropped")]


async def test_without_another_channel_it_is_kept_until_the_channel_works_again(store: Store) -> None:
    chat, clock = Chat(), Clock()
    chat.always["C1"] = ARCHIVED
    told = await changed(store, "C1", times=2)
    poster = Poster(store, chat, clock)
    await poster.tick()
    [kept] = await store.post_problems(10)
    chat.always.clear()
    await later(store, clock, NOWHERE_WAIT)
    await poster.tick()

    assert (kept.channel_id, kept.state, kept.error.partition(":")[0]) == ("C1", "owed", "is_archived")
    assert chat.told("C1") == told
    assert await store.post_problems(10) == []


async def both_lost(store: Store, chat: Chat, clock: Clock) -> tuple[Poster, list[int]]:
    """Have a channel owe a change that neither it nor the fallback channel has taken."""
    chat.always |= {"C1": ARCHIVED, "C0": ARCHIVED}
    told = await changed(store, "C1")
    poster = Poster(store, chat, clock, "C0")
    await poster.tick()
    return poster, told


async def test_where_the_fallback_channel_fails_too_it_goes_to_whichever_comes_back(store: Store) -> None:
    for back in ("C0", "C1"):
        chat, clock = Chat(), Clock()
        poster, told = await both_lost(store, chat, clock)
        del chat.always[back]
        await later(store, clock, NOWHERE_WAIT)
        await poster.tick()

        assert chat.told(back) == told


async def test_what_comes_home_does_not_say_that_it_was_meant_for_another_channel(store: Store) -> None:
    chat, clock = Chat(), Clock()
    poster, _ = await both_lost(store, chat, clock)
    del chat.always["C1"]
    await later(store, clock, NOWHERE_WAIT)
    await poster.tick()
    [message] = [one.letter.message for one in chat.sent if one.channel_id == "C1"]

    assert message.text.startswith("Acme: PENDING → APPROVED")
    assert "Meant for" not in shown(list(message.blocks))


async def test_what_waits_behind_another_message_in_a_lost_fallback_channel_goes_home(store: Store) -> None:
    chat, clock = Chat(), Clock()
    await owe(store, "C0")
    poster, told = await both_lost(store, chat, clock)
    del chat.always["C1"]
    await later(store, clock, NOWHERE_WAIT)
    for _ in range(2):
        await poster.tick()

    assert chat.told("C1") == told


async def test_nothing_goes_to_a_fallback_channel_where_messages_wait_already(store: Store) -> None:
    chat, clock = Chat(), Clock()
    chat.always |= {"C1": ARCHIVED, "C0": ARCHIVED}
    await owe(store, "C0")
    poster = Poster(store, chat, clock, "C0")
    await poster.tick()
    first = await changed(store, "C1")
    await poster.tick()
    del chat.always["C1"]
    second = await changed(store, "C1")
    await later(store, clock, NOWHERE_WAIT)
    await poster.tick()

    assert chat.told("C1") == [*first, *second]


async def test_a_channel_that_is_back_gets_at_once_what_waits_in_the_fallback_channel(store: Store) -> None:
    chat, clock = Chat(), Clock()
    chat.always["C1"] = ARCHIVED
    chat.faults["C0"] = [Fault(refused("ratelimited", status=429, headers={"Retry-After": "40"}))]
    told = await changed(store, "C1")
    poster = Poster(store, chat, clock, "C0")
    await poster.tick()
    chat.always.clear()
    await store.channel_back("C1", [], clock())
    await poster.tick()

    assert chat.told("C1") == told


async def test_a_channel_that_broke_again_is_news_again(store: Store) -> None:
    chat, clock = Chat(), Clock()
    poster = Poster(store, chat, clock, "C0")
    for broken in (True, False, True):
        chat.always = {"C1": ARCHIVED} if broken else {}
        await changed(store, "C1")
        await poster.tick()

    assert len(chat.texts("U1")) == 2


async def test_a_message_that_slack_refuses_is_said_plainly(store: Store) -> None:
    chat = Chat()
    chat.faults["C1"] = [Fault(refused("invalid_blocks"))]
    told = await changed(store, "C1")
    with capture_logs():
        await Poster(store, chat, Clock()).tick()
    [sent] = chat.sent

    assert (list(sent.letter.changes), list(sent.letter.message.blocks)) == (told, [])
    assert sent.letter.message.text.startswith("Acme: PENDING → APPROVED")


async def test_what_slack_refuses_even_plainly_is_dropped_and_the_channel_goes_on(store: Store) -> None:
    chat = Chat()
    chat.faults["C1"] = [Fault(refused("invalid_blocks")), Fault(refused("msg_too_long"))]
    told = await changed(store, "C1", times=2)
    with capture_logs() as logs:
        await Poster(store, chat, Clock()).tick()
    [problem] = await store.post_problems(10)

    assert chat.told("C1") == told[1:]
    assert (problem.state, problem.error.partition(":")[0]) == ("dropped", "msg_too_long")
    assert [one["event"] for one in logs if one["log_level"] == "error"] == ["Slack refuses a message"] * 2


async def test_a_plain_message_that_goes_to_another_channel_keeps_its_words(store: Store) -> None:
    chat = Chat()
    chat.faults["C1"] = [Fault(ARCHIVED)]
    await owe(store, "C1", words="only words")
    await Poster(store, chat, Clock(), "C0").tick()
    [sent] = chat.sent

    assert (sent.channel_id, list(sent.letter.message.blocks)) == ("C0", [])
    assert "only words" in sent.letter.message.text


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive", "missing_scope"])
async def test_a_token_that_is_dead_loses_nothing(store: Store, code: str) -> None:
    chat, clock = Chat(), Clock()
    chat.always = dict.fromkeys(("C0", "C1", "C2"), refused(code))
    told = await changed(store, "C1", "C2", times=2)
    poster = Poster(store, chat, clock, "C0")
    for _ in range(20):
        await poster.tick()
        await later(store, clock, timedelta(minutes=15))
    chat.always.clear()
    await poster.tick()

    assert (chat.told("C1"), chat.told("C2"), chat.texts("C0"), chat.texts("U1")) == (told, told, [], [])


async def test_an_error_is_noted_without_what_it_says(store: Store) -> None:
    chat = Chat()
    chat.always["C1"] = ZeroDivisionError("a private matter")
    await owe(store, "C1")
    with capture_logs():
        await Poster(store, chat, Clock()).tick()
    [problem] = await store.post_problems(10)

    assert (problem.state, problem.error) == ("owed", "ZeroDivisionError")


@pytest.mark.parametrize("code", sorted(THREAD))
async def test_what_a_thread_does_not_take_stands_in_its_channel(store: Store, code: str) -> None:
    chat = Chat()
    root = await store.owe(NewPost(channel_id="C1", kind="notice", content=said("root")), NOON)
    await store.owe(NewPost(channel_id="C1", kind="line", content=said("line"), parent_id=root), NOON)
    chat.faults["C1"] = [Fault(), Fault(refused(code))]
    await Poster(store, chat, Clock(), "C9").tick()

    assert [(one.channel_id, one.letter.message.text, one.letter.thread_ts) for one in chat.sent] == [
        ("C1", "root", ""),
        ("C1", "line", ""),
    ]
    assert not (await store.channel("C1")).broken_because


async def test_that_the_fallback_channel_takes_nothing_is_told_to_who_runs_the_bot(store: Store) -> None:
    chat, clock = Chat(), Clock()
    chat.always |= {"C1": ARCHIVED, "C9": ARCHIVED}
    await changed(store, "C1")
    poster = Poster(store, chat, clock, "C9", ["U8"])
    for _ in range(3):
        await poster.tick()
    [notice] = [one.letter.message for one in chat.sent if one.channel_id == "U8"]

    assert "C9" in shown(list(notice.blocks))
    assert (await store.channel("C9")).broken_because


async def test_alerts_of_somebody_whose_account_is_gone_go_to_the_fallback_channel(store: Store) -> None:
    chat = Chat()
    chat.always["D1"] = refused("user_disabled")
    told = await changed(store, "D1")
    await Poster(store, chat, Clock(), "C9").tick()

    assert chat.told("C9") == told
