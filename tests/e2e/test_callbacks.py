"""What CAMS pushes: changes are told at once, long before a poll would have looked."""

import pytest

from bot.callbacks import PATH
from bot.store import Transition
from sandbox.cams import PushFault, Space, Webhook
from tests.e2e.reading import buttons, row, shown, title
from tests.fixtures.world import Setup, World, done, eventually, name_of

SECRET = "open-sesame-0123456789"
SETTINGS = {
    "BOT_CALLBACK_SECRET": SECRET,
    "BOT_PUBLIC_URL": "https://bot.example",
    "BOT_REVIEW_POLL_SECONDS": "86400",
}
pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.parametrize(
        "running",
        [Setup(settings=SETTINGS), Setup("postgresql", http=True, settings=SETTINGS)],
        indirect=True,
        ids=["socket mode", "http mode"],
        scope="module",
    ),
]


async def watched(world: World, status: str = "APPROVED") -> Space:
    """A watched space whose callbacks go to the bot, after its first two looks: a person's, and the poll's."""
    space = world.new_space(status)
    world.cams.world.set_webhook(space.id, Webhook(f"{await world.url()}{PATH}{SECRET}", http=True))
    await world.says("operator", f"/cams watch {space.id}")

    async def planned() -> bool:
        watch = await world.store.watch(space.id)
        return watch is not None and watch.due_at is not None

    await eventually(planned)
    return space


async def changes(world: World, space: Space) -> list[Transition]:
    return await world.store.transitions(space.id, 10)


async def test_a_pushed_change_is_told_before_the_poll_would_have_looked(world: World) -> None:
    space = await watched(world)
    world.cams.world.review(space.id, "DISABLED")
    [alert] = await world.alerts(1)
    [change] = await changes(world, space)

    assert title(alert) == f"{name_of(space)}: APPROVED → DISABLED"
    assert change.source == "push"
    assert change.pushed_at is not None
    assert change.poll_due_at is not None
    assert change.poll_due_at > change.seen_at > change.pushed_at


async def test_a_callback_that_comes_twice_is_one_change(world: World) -> None:
    space, later = await watched(world), await watched(world)
    world.cams.callbacks.faults.add(PushFault("doubled"))
    world.cams.world.review(space.id, "DISABLED")
    world.cams.world.review(later.id, "REJECTED")
    await world.alerts(2)

    assert [len(await changes(world, one)) for one in (space, later)] == [1, 1]


async def test_the_command_shows_what_came(world: World) -> None:
    space = await watched(world)
    world.cams.world.review(space.id, "DISABLED")
    await world.alerts(1)
    message = await world.says("admin", "/cams callback")

    assert row(message, "Address") == f"https://bot.example{PATH}{SECRET}"
    assert "named: " in row(message, "Last callback")
    assert "the median of the latest" in row(message, "Ahead of the poll")


async def test_the_button_sets_the_address_at_cams(world: World) -> None:
    space = world.new_space()
    message = await world.says("admin", f"/cams callback {space.id}")
    answer = await world.next_message("admin", lambda: world.person("admin").press(message, "callback.set"))

    assert buttons(message) == ["Set it at CAMS"]
    assert f"CAMS has taken the address for {space.id}" in shown(answer)
    assert world.cams.world.webhook(space.id) == Webhook(f"https://bot.example{PATH}{SECRET}", http=True)


async def test_only_admins_see_the_address(world: World) -> None:
    message = await world.says("operator", "/cams callback")

    assert SECRET not in shown(message)
    assert "admin" in shown(message)


async def test_the_secret_is_in_no_line_of_the_log(world: World) -> None:
    message = await world.says("admin", "/cams callback")
    done(await world.person("admin").press(message, "callback.set"))
    await world.audited("callback.set")

    assert SECRET not in world.log_text()
