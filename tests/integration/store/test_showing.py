from datetime import timedelta

import aiohttp
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.alerts.flood_view import FLOOD_FROM
from bot.alerts.message import Message
from bot.showing import AT_ONCE, LEASE, show_cards
from bot.store import Store
from bot.store.posts import LONGEST_WAIT
from tests.fixtures.alert_samples import put_card
from tests.fixtures.changes import APPROVED, REJECTED, record_change
from tests.fixtures.clock import NOON, Clock
from tests.fixtures.delivery import Chat, Poster, later
from tests.fixtures.refusals import refused
from tests.fixtures.shown import shown

SECOND = timedelta(seconds=1)


class Screen(Chat):
    """Counts what it is shown, and may refuse it or be slow."""

    def __init__(self) -> None:
        super().__init__()
        self.shows: list[str] = []
        self.refusal: Exception | None = None

    async def change(self, channel_id: str, ts: str, message: Message) -> None:
        self.shows.append(message.text)
        if self.refusal:
            raise self.refusal
        await super().change(channel_id, ts, message)

    @property
    def card(self) -> str:
        return shown(list(self.sent[0].shows.blocks))


async def moves(store: Store, before: str, after: str) -> None:
    change = APPROVED.__class__(
        kind="review", waba_id="waba-1", waba_name="Acme", before=before, after=after, before_since=None
    )
    await record_change(store, "space-1", NOON, change)


async def a_card(store: Store, screen: Screen, clock: Clock) -> Poster:
    """Let a card stand in a channel."""
    poster = Poster(store, screen, clock)
    await store.subscribe("space-1", "C1", "U1", NOON)
    await moves(store, "PENDING", "REJECTED")
    await poster.tick()
    return poster


async def a_changed_card(store: Store, screen: Screen, clock: Clock) -> Poster:
    """Let a card stand in a channel, and then its WABA change."""
    poster = await a_card(store, screen, clock)
    await moves(store, "REJECTED", "DISABLED")
    await poster.tick()
    return poster


async def test_a_card_that_was_just_posted_needs_no_showing(store: Store) -> None:
    screen, clock = Screen(), Clock()
    await a_card(store, screen, clock)

    assert (await show_cards(store, screen.change, clock), screen.shows) == (0, [])


async def test_a_card_that_changed_is_shown_once_at_its_newest(store: Store) -> None:
    screen, clock = Screen(), Clock()
    poster = await a_changed_card(store, screen, clock)
    await moves(store, "DISABLED", "APPROVED")
    await poster.tick()
    counts = [await show_cards(store, screen.change, clock) for _ in range(2)]

    assert (counts, len(screen.shows)) == ([1, 0], 1)
    assert "Acme: all is well again" in screen.card


async def test_a_card_whose_message_is_not_there_yet_is_not_shown(store: Store) -> None:
    screen, clock = Screen(), Clock()
    screen.always["C1"] = refused("ratelimited", status=429)
    await a_changed_card(store, screen, clock)

    assert await show_cards(store, screen.change, clock) == 0


async def test_the_wait_that_slack_asks_for_puts_a_card_off(store: Store) -> None:
    screen, clock = Screen(), Clock()
    await a_changed_card(store, screen, clock)
    screen.refusal = refused("ratelimited", status=429, headers={"Retry-After": "30"})
    refusals = await show_cards(store, screen.change, clock)
    screen.refusal = None
    await later(store, clock, 25 * SECOND)
    early = await show_cards(store, screen.change, clock)
    await later(store, clock, 5 * SECOND)

    assert (refusals, early, await show_cards(store, screen.change, clock)) == (0, 0, 1)


async def test_a_wait_that_is_longer_than_any_is_cut_and_is_no_reason_to_hurry(store: Store) -> None:
    screen, clock = Screen(), Clock()
    await a_changed_card(store, screen, clock)
    screen.refusal = refused("ratelimited", status=429, headers={"Retry-After": "86400"})
    for _ in range(3):
        await show_cards(store, screen.change, clock)
    tried = len(screen.shows)
    screen.refusal = None
    await later(store, clock, LONGEST_WAIT)

    assert (tried, await show_cards(store, screen.change, clock)) == (1, 1)


@pytest.mark.parametrize(
    "error", [refused("internal_error"), refused("invalid_auth"), TimeoutError(), aiohttp.ClientError()], ids=repr
)
async def test_what_may_pass_is_tried_again(store: Store, error: Exception) -> None:
    screen, clock = Screen(), Clock()
    await a_changed_card(store, screen, clock)
    screen.refusal = error
    await show_cards(store, screen.change, clock)
    screen.refusal = None
    await later(store, clock, 15 * SECOND)

    assert await show_cards(store, screen.change, clock) == 1
    assert "REJECTED → DISABLED" in screen.card


@pytest.mark.parametrize("code", ["message_not_found", "cant_update_message", "edit_window_closed"])
async def test_a_message_that_nobody_can_change_is_given_up_until_the_next_change(store: Store, code: str) -> None:
    screen, clock = Screen(), Clock()
    poster = await a_changed_card(store, screen, clock)
    screen.refusal = refused(code)
    with capture_logs() as logs:
        await show_cards(store, screen.change, clock)
    await later(store, clock, timedelta(days=1))
    again = await show_cards(store, screen.change, clock)
    screen.refusal = None
    await moves(store, "DISABLED", "REJECTED")
    await poster.tick()

    assert [one["event"] for one in logs] == ["a card's message cannot be changed"]
    assert (again, await show_cards(store, screen.change, clock)) == (0, 1)


async def test_what_a_lost_channel_did_not_take_is_shown_when_it_is_back(store: Store) -> None:
    screen, clock = Screen(), Clock()
    await a_changed_card(store, screen, clock)
    screen.refusal = refused("is_archived")
    await show_cards(store, screen.change, clock)
    await store.channel_broke("C1", "It was archived.", [], clock())
    await later(store, clock, timedelta(days=1))
    meanwhile = await show_cards(store, screen.change, clock)
    screen.refusal = None
    await store.channel_back("C1", [], clock())

    assert (meanwhile, len(screen.shows)) == (0, 1)
    assert await show_cards(store, screen.change, clock) == 1
    assert "REJECTED → DISABLED" in screen.card


async def limited(store: Store) -> tuple[Screen, Clock]:
    """Have many cards shown while Slack wants to be left alone for 30 seconds."""
    screen, clock = Screen(), Clock()
    for number in range(2 * AT_ONCE):
        await put_card(store, id=number + 1, space_id=f"space-{number}", channel_id="C1", version=2)
    await Poster(store, screen, clock).tick()
    screen.refusal = refused("ratelimited", status=429, headers={"Retry-After": "30"})
    await show_cards(store, screen.change, clock)
    return screen, clock


async def test_where_slack_limits_the_rate_the_other_cards_are_left_alone(store: Store) -> None:
    screen, _ = await limited(store)

    assert len(screen.shows) == AT_ONCE


async def test_until_slack_wants_to_be_asked_again_no_card_is_shown(store: Store) -> None:
    screen, clock = await limited(store)
    screen.refusal = None
    await later(store, clock, 20 * SECOND)
    meanwhile = await show_cards(store, screen.change, clock)
    await later(store, clock, 10 * SECOND)

    assert meanwhile == 0
    assert await show_cards(store, screen.change, clock) == 2 * AT_ONCE


async def test_a_card_that_has_no_message_is_looked_at_once(store: Store) -> None:
    screen, clock = Screen(), Clock()
    for number in range(FLOOD_FROM):
        await store.subscribe(f"space-{number}", "C1", "U1", NOON)
        await record_change(store, f"space-{number}", NOON, REJECTED)
    await Poster(store, screen, clock).tick()
    await show_cards(store, screen.change, clock)

    assert (len(await store.open_cards()), await unshown(store)) == (FLOOD_FROM, 0)


async def unshown(store: Store) -> int:
    """Return through how many cards a look for those that changed goes."""
    async with store._reading() as tx:
        return int(await tx.scalar(text("SELECT count(*) FROM cards WHERE version > shown")) or 0)


async def test_a_change_that_comes_while_a_card_is_shown_is_shown_afterwards(store: Store) -> None:
    screen, clock = Screen(), Clock()
    poster = await a_changed_card(store, screen, clock)

    async def change(channel_id: str, ts: str, message: Message) -> None:
        if not screen.shows:
            await moves(store, "DISABLED", "REJECTED")
            await poster.tick()
        await screen.change(channel_id, ts, message)

    count = await show_cards(store, change, clock)

    assert count == len(screen.shows) == 2
    assert "DISABLED → REJECTED" in screen.card


async def test_a_card_is_shown_again_after_a_crash(store: Store) -> None:
    screen, clock = Screen(), Clock()
    await a_changed_card(store, screen, clock)
    held = await store.claim_cards(clock(), LEASE, 10)  # ... and the process dies here
    early = await show_cards(store, screen.change, clock)
    await later(store, clock, LEASE)

    assert (len(held), early, await show_cards(store, screen.change, clock)) == (1, 0, 1)


async def test_an_older_version_never_counts_as_the_newest(store: Store) -> None:
    screen, clock = Screen(), Clock()
    poster = await a_changed_card(store, screen, clock)
    [old] = await store.claim_cards(clock(), LEASE, 1)
    await moves(store, "DISABLED", "REJECTED")
    await poster.tick()
    await later(store, clock, LEASE)
    await show_cards(store, screen.change, clock)
    await store.card_shown(old.card)
    async with store._reading() as tx:
        version, seen = (await tx.execute(text("SELECT version, shown FROM cards"))).one()

    assert seen == version > old.card.version


async def test_a_card_that_went_to_another_channel_is_changed_there(store: Store) -> None:
    screen, clock = Screen(), Clock()
    screen.always["C1"] = refused("is_archived")
    await store.subscribe("space-1", "C1", "U1", NOON)
    poster = Poster(store, screen, clock, "C0")
    await moves(store, "PENDING", "REJECTED")
    await poster.tick()
    await moves(store, "REJECTED", "DISABLED")
    await poster.tick()
    await show_cards(store, screen.change, clock)
    [card] = [one for one in screen.sent if one.letter.message.text.endswith("another review.")]

    assert card.channel_id == "C0"
    assert "REJECTED → DISABLED" in shown(list(card.shows.blocks))
