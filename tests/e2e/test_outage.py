"""CAMS that is silent, and a key that it does not accept."""

from sandbox.cams import Fault
from tests.e2e.reading import shown, title
from tests.fixtures.world import World, done, eventually

WABA = "/cams waba cams-demo1"


async def test_who_asks_a_silent_cams_is_answered_while_it_is_still_silent(new_world: World) -> None:
    await new_world.start_bot(BOT_REVIEW_POLL_SECONDS="3600")
    silence = new_world.cams.faults.add(Fault("hang"))
    done(await new_world.person("viewer").command(WABA, new_world.channel))
    failed = await new_world.slack.wait_for(lambda: _said(new_world, "Looking at the WABA failed."))

    assert failed
    assert silence in new_world.cams.faults.planted


def _said(world: World, words: str) -> bool:
    """Whether the viewer was told so, though "Working on it still" may have come before."""
    return any(shown(message).startswith(words) for message in world.person("viewer").messages(world.channel))


async def test_while_cams_is_silent_nothing_piles_up_and_its_return_is_found_out(new_world: World) -> None:
    await new_world.start_bot(BOT_REVIEW_POLL_SECONDS="1", BOT_ALERT_CHANNEL=new_world.channel_id)
    down = new_world.cams.faults.add(Fault("unavailable"))

    async def kept_back() -> str | None:
        said = shown(await new_world.says("viewer", WABA))
        return said if "has not answered for" in said else None

    refusal = await eventually(kept_back, 30)
    before = len(new_world.cams.calls)
    for _ in range(20):
        await new_world.says("viewer", WABA)
    tried = len(new_world.cams.calls) - before
    new_world.cams.faults.remove(down)

    async def works() -> bool:
        return "APPROVED" in shown(await new_world.says("viewer", WABA))

    assert "Nothing was done" in refusal
    # Twenty were asked for, and a poll each second: no more than a probe or two has left us.
    assert tried <= 2
    assert await eventually(works, 20)


async def test_a_key_that_is_revoked_is_one_alert_and_its_replacement_another(new_world: World) -> None:
    key = new_world.cams.signatures.issue()
    await new_world.start_bot(
        **new_world.cams.environment(key), BOT_REVIEW_POLL_SECONDS="1", BOT_ALERT_CHANNEL=new_world.channel_id
    )
    await new_world.says("viewer", WABA)
    new_world.cams.signatures.revoke(key.id)
    said = [shown(await new_world.says("viewer", WABA)) for _ in range(3)]
    [refused] = await new_world.alerts(1)
    await new_world.restart_bot(**new_world.cams.environment(new_world.cams.signatures.issue()))
    both = await new_world.alerts(2)

    assert all("does not accept the AccessKey" in answer for answer in said)
    assert title(refused) == "CAMS does not accept the AccessKey"
    assert [title(one) for one in both] == [title(refused), "CAMS accepts the AccessKey again"]
