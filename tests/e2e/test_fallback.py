"""The channel for alerts that no subscription claims."""

from tests.fixtures.world import World, eventually


async def test_the_default_space_is_told_in_the_fallback_channel_unless_another_watches_it(new_world: World) -> None:
    other = new_world.new_channel().id
    await _start(new_world)
    new_world.cams.world.review("cams-demo1", "DISABLED")
    await new_world.alerts(1)
    await new_world.says("operator", "/cams watch cams-demo1", other)
    new_world.cams.world.review("cams-demo1", "PENDING")
    elsewhere = await new_world.alerts(1, other)
    await new_world.says("operator", "/cams unwatch cams-demo1", other)
    new_world.cams.world.review("cams-demo1", "APPROVED")
    here = await new_world.alerts(2)

    assert await new_world.changes("cams-demo1", elsewhere) == ["DISABLED → PENDING"]
    assert await new_world.changes("cams-demo1", here) == ["APPROVED → DISABLED", "PENDING → APPROVED"]


async def _start(world: World) -> None:
    """Start a bot whose fallback channel is #shop, and wait for its first look."""
    await world.start_bot(BOT_ALERT_CHANNEL=world.channel_id)

    async def has_looked() -> bool:
        watch = await world.store.watch("cams-demo1")
        return watch is not None and watch.looked_at is not None

    await eventually(has_looked)
