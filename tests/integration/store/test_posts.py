import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.outbox import LEASE
from bot.store import NewPost, Post, Store, open_store
from bot.store.posts import LONGEST_WAIT
from tests.fixtures.clock import NOON, Clock
from tests.fixtures.databases import fresh_schema
from tests.fixtures.delivery import begun_anew, later, owe, said

MINUTE = timedelta(minutes=1)


async def claim(store: Store, limit: int = 10, clock: Clock | None = None) -> list[Post]:
    return await store.claim_posts((clock or Clock())(), LEASE, limit)


async def take(store: Store, clock: Clock | None = None) -> Post:
    [post] = await claim(store, 1, clock)
    return post


async def put_back(store: Store, post: Post, wait: timedelta = MINUTE, *, maybe_there: bool) -> bool:
    return await store.postpone_post(post, wait, "an error", maybe_there=maybe_there, now=NOON)


async def test_a_channel_gets_its_posts_one_after_another_in_order(store: Store) -> None:
    for words in ("first", "second", "third"):
        await owe(store, "C1", words=words)
    taken = []
    while posts := await claim(store):
        [post] = posts
        taken.append(post.content)
        await store.sent(post, f"1.{len(taken)}", NOON)

    assert taken == [said("first"), said("second"), said("third")]


async def test_of_each_channel_one_post_is_under_way_at_a_time(store: Store) -> None:
    for _ in range(3):
        await owe(store, "C1", "C2")
    first, second = await claim(store), await claim(store)

    assert sorted(post.channel_id for post in first) == ["C1", "C2"]
    assert second == []


async def test_a_claim_takes_no_more_than_its_limit(store: Store) -> None:
    await owe(store, *(f"C{number}" for number in range(5)))

    assert len(await claim(store, 3)) == 3


async def test_claims_at_once_get_different_posts(store: Store) -> None:
    await owe(store, *(f"C{number}" for number in range(20)))
    claims = [*await asyncio.gather(*(claim(store, 5) for _ in range(8))), await claim(store, 20)]
    keys = [post.id for posts in claims for post in posts]

    assert (len(keys), len(set(keys))) == (20, 20)


async def test_two_processes_never_claim_the_same_post() -> None:
    async with fresh_schema() as url, open_store(url) as one, open_store(url) as other:
        await owe(one, *(f"C{number}" for number in range(30)))
        claims = await asyncio.gather(*(claim(store, 4) for _ in range(8) for store in (one, other)))
        claims += [await claim(store, 30) for store in (one, other)]
        keys = [post.id for posts in claims for post in posts]

        assert (len(keys), len(set(keys))) == (30, 30)


async def test_a_post_is_taken_again_after_its_lease_by_another_process(store: Store) -> None:
    clock = Clock()
    await owe(store, "C1")
    first = await take(store)
    second = await take(await begun_anew(store, clock), clock)

    assert (second.id, second.fence) == (first.id, first.fence + 1)


async def test_before_its_lease_has_ended_no_other_process_takes_a_post() -> None:
    async with fresh_schema() as url, open_store(url) as one, open_store(url) as other:
        await owe(one, "C1")
        await take(one)
        await later(one, Clock(), LEASE - MINUTE / 6)

        assert await claim(other) == []


async def test_who_has_lost_a_post_changes_nothing_of_it(store: Store) -> None:
    clock = Clock()
    await owe(store, "C1")
    late = await take(store)
    anew = await begun_anew(store, clock)
    holder = await take(anew, clock)
    tried = [
        await store.sent(late, "1.0", NOON),
        await put_back(store, late, maybe_there=True),
        await store.reroute(late, "C2", said("elsewhere")),
        await store.drop(late, "invalid_blocks"),
    ]

    assert tried == [False] * 4
    assert await anew.sent(holder, "2.0", NOON)


async def test_who_has_lost_a_post_does_not_free_it_for_a_third(store: Store) -> None:
    await owe(store, "C1")
    late = await take(store)
    # This process has held it for longer than the lease, and takes it again.
    store._posts_under_way.remove(late.id, late.fence)
    await later(store, Clock(), LEASE)
    await take(store)
    await store.sent(late, "1.0", NOON)

    assert await claim(store) == []


async def test_a_post_is_closed_once(store: Store) -> None:
    await owe(store, "C1")
    post = await take(store)

    assert await store.sent(post, "1.0", NOON)
    assert not await store.sent(post, "2.0", NOON)
    assert not await store.drop(post, "no")


async def test_a_first_claim_knows_that_no_message_can_be_there_yet(store: Store) -> None:
    await owe(store, "C1")

    assert (await take(store)).tried_at is None


async def test_after_an_unknown_outcome_the_next_holder_knows_after_which_message_to_look(store: Store) -> None:
    clock = Clock()
    await owe(store, "C1", "C2")
    for post in await claim(store):
        await store.sent(post, "17.000001" if post.channel_id == "C1" else "99.000001", NOON)
    await owe(store, "C1")
    await put_back(store, await take(store), maybe_there=True)
    await later(store, clock, MINUTE)
    again = await take(store, clock)

    assert again.tried_at is not None
    assert again.after_ts == "17.000001"


async def test_a_later_attempt_keeps_the_first_moment_from_which_a_message_may_be_there(store: Store) -> None:
    clock = Clock()
    await owe(store, "C1")
    seen = []
    for _ in range(3):
        post = await take(store, clock)
        seen.append(post.tried_at)
        await put_back(store, post, maybe_there=True)
        await later(store, clock, MINUTE)

    assert seen[0] is None
    assert seen[1] is not None
    assert seen[1] == seen[2]


async def test_after_a_definite_no_nobody_has_to_look(store: Store) -> None:
    clock = Clock()
    await owe(store, "C1")
    await put_back(store, await take(store), maybe_there=True)
    await later(store, clock, MINUTE)
    await put_back(store, await take(store, clock), maybe_there=False)
    await later(store, clock, MINUTE)

    assert (await take(store, clock)).tried_at is None


async def test_after_a_crash_the_next_holder_has_to_look(store: Store) -> None:
    clock = Clock()
    await owe(store, "C1")
    await take(store)  # ... and the process dies here
    anew = await begun_anew(store, clock)

    assert (await take(anew, clock)).tried_at is not None


async def test_a_post_that_was_put_back_holds_up_its_own_channel_and_no_other(store: Store) -> None:
    clock = Clock()
    await owe(store, "C1", "C1", "C2")
    [first, other] = await claim(store)
    await put_back(store, first, maybe_there=False)
    await store.sent(other, "1.0", NOON)
    await owe(store, "C2")
    meanwhile = await claim(store)
    await later(store, clock, MINUTE)
    afterwards = await claim(store, clock=clock)

    assert [post.channel_id for post in meanwhile] == ["C2"]
    assert [(post.id, post.failures) for post in afterwards] == [(first.id, 1)]


async def test_no_post_is_put_back_for_longer_than_the_longest_wait(store: Store) -> None:
    clock = Clock()
    await owe(store, "C1")
    await put_back(store, await take(store), timedelta(days=1), maybe_there=False)
    early = await claim(store)
    await later(store, clock, LONGEST_WAIT)

    assert early == []
    assert len(await claim(store, clock=clock)) == 1


async def test_a_clock_that_was_set_back_holds_no_post(database_url: str, store: Store) -> None:
    await owe(store, "C1")
    if store.is_alone:
        assert len(await claim(store, clock=Clock(NOON - timedelta(days=365)))) == 1
    else:
        await later(store, Clock(), -timedelta(days=365))
        assert len(await claim(store)) == 1


async def test_a_post_that_was_rerouted_goes_to_the_other_channel_in_no_thread(store: Store) -> None:
    await owe(store, "C1")
    root = await take(store)
    await store.sent(root, "1.000001", NOON)
    await store.owe(NewPost(channel_id="C1", kind="line", content=said("a line"), parent_id=root.id), NOON)
    line = await take(store)
    await store.reroute(line, "C9", said("meant for C1"))
    moved = await take(store)

    assert line.parent_ts == "1.000001"
    assert (moved.channel_id, moved.meant_for, moved.parent_ts) == ("C9", "C1", "")
    assert (moved.content, moved.tried_at) == (said("meant for C1"), None)


async def test_a_post_that_is_sent_here_waits_for_the_one_under_way(store: Store) -> None:
    await owe(store, "C1", "C9")
    [elsewhere, here] = await claim(store)
    await store.reroute(elsewhere, "C9", elsewhere.content)
    meanwhile = await claim(store)
    await store.sent(here, "1.0", NOON)

    assert (meanwhile, [post.id for post in await claim(store)]) == ([], [elsewhere.id])


async def test_a_thread_that_went_to_another_channel_is_not_looked_for_here(store: Store) -> None:
    await owe(store, "C1")
    root = await take(store)
    await store.reroute(root, "C9", root.content)
    await store.sent(await take(store), "1.000001", NOON)
    await store.owe(NewPost(channel_id="C1", kind="line", content=said("a line"), parent_id=root.id), NOON)

    assert (await take(store)).parent_ts == ""


async def test_a_process_that_is_alone_frees_at_its_start_what_the_last_one_held(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'own.db'}"
    async with open_store(url) as store:
        await owe(store, "C1")
        await take(store)
    async with open_store(url) as store:
        await store.release_posts(NOON)
        # What was under way as the last process died may be on its way still.
        at_once = await claim(store)
        soon = await claim(store, clock=Clock(NOON + timedelta(seconds=3)))

    assert (at_once, len(soon)) == ([], 1)


async def test_that_a_channel_broke_is_news_once_in_whatever_words(store: Store) -> None:
    notice = NewPost(channel_id="U1", kind="notice", content=said("C1 is archived"))
    news = [
        await store.channel_broke("C1", reason, [notice], NOON)
        for reason in ("It was archived.", "is_archived", "not_in_channel")
    ]

    assert (news, (await store.channel("C1")).broken_because) == ([True, False, False], "not_in_channel")
    assert len([post.channel_id for post in await claim(store)]) == 1


async def test_a_channel_that_works_again_is_no_longer_broken(store: Store) -> None:
    await owe(store, "C1")
    await store.channel_broke("C1", "is_archived", [], NOON)
    await store.sent(await take(store), "1.0", NOON)

    assert await store.channel_broke("C1", "is_archived", [], NOON)


async def test_what_has_a_key_is_said_once(store: Store) -> None:
    wanted = NewPost(channel_id="C1", kind="reminder", content=said("still"), key="card-1-1")

    assert await store.owe(wanted, NOON) is not None
    assert await store.owe(wanted, NOON) is None


async def test_what_went_wrong_is_shown_for_each_channel_the_newest_first(store: Store) -> None:
    await owe(store, "C1", "C2", "C3")
    dropped, postponed, sent = await claim(store)
    await store.drop(dropped, "invalid_blocks")
    await put_back(store, postponed, maybe_there=False)
    await store.sent(sent, "1.0", NOON)
    everywhere = await store.post_problems(10)
    here = await store.post_problems(10, channel_id=dropped.channel_id)

    assert [(post.state, post.error) for post in everywhere] == [("owed", "an error"), ("dropped", "invalid_blocks")]
    assert [post.id for post in here] == [dropped.id]


async def test_the_oldest_post_that_is_owed_is_known(store: Store) -> None:
    nothing = await store.oldest_owed()
    await owe(store, "C1", "C2")

    assert nothing is None
    assert await store.oldest_owed() == NOON


async def test_a_process_whose_clock_is_ahead_holds_up_no_channel(store: Store) -> None:
    ahead = datetime.now(UTC) + timedelta(minutes=10)
    await store.owe(NewPost(channel_id="C1", kind="notice", content=said("a message")), ahead)
    right = ahead if store.is_alone else NOON

    assert len(await store.claim_posts(right, LEASE, 1)) == 1
