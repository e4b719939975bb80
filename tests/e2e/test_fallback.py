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


async def test_an_open_card_goes_on_in_the_channel_that_a_new_start_names(new_world: World) -> None:
    other = new_world.new_channel().id
    await _start(new_world)
    new_world.cams.world.review("cams-demo1", "DISABLED")
    [old] = await new_world.alerts(1)
    await new_world.restart_bot(BOT_ALERT_CHANNEL=other)
    [new] = await new_world.alerts(1, other)
    new_world.cams.world.review("cams-demo1", "APPROVED")
    await new_world.alerts(2, other)

    async def texts() -> list[str]:
        latest = [new_world.slack.workspace.timeline.get(one.channel, one.ts) for one in (old, new)]
        shown = [one.text for one in latest if one]
        return shown if "all is well" in shown[-1] else []

    assert "This card is closed" in (await eventually(texts))[0]


async def _start(world: World) -> None:
    """Start a bot whose fallback channel is #shop, and wait for its first look."""
    await world.start_bot(BOT_ALERT_CHANNEL=world.channel_id)

    async def has_looked() -> bool:
        watch = await world.store.watch("cams-demo1")
        return watch is not None and watch.looked_at is not None

    await eventually(has_looked)
