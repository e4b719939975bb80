"""Changes for the kill matrix: each can be told from all others, and none comes before the last was seen."""

import random
from itertools import pairwise

from sandbox.cams import World
from tests.kill.reviews import Reviews


def known(world: World) -> dict[str, tuple[str, str]]:
    wabas = {space_id: space.waba for space_id, space in world.spaces.items()}
    return {space_id: (waba.name, waba.account_review_status) for space_id, waba in wabas.items() if waba}


def test_a_waba_is_not_changed_again_before_its_change_was_seen() -> None:
    world = World()
    reviews = Reviews(world, 6, random.Random(1))

    assert len(reviews.stir(1)) == 6
    assert reviews.stir(1) == []

    reviews.notice(known(world))

    assert len(reviews.stir(1)) == 6
    assert len(reviews.seen) == 6
    assert len(reviews.made) == 12


def test_what_the_bot_has_seen_earlier_does_not_count_as_seen_again() -> None:
    world = World()
    reviews = Reviews(world, 3, random.Random(1))
    before = known(world)
    reviews.stir(1)
    reviews.notice(before)

    assert reviews.seen == []
    assert all(reviews.is_unseen(space_id) for space_id in reviews.spaces)


def test_each_change_is_one_and_begins_where_the_last_has_ended() -> None:
    world = World()
    reviews = Reviews(world, 4, random.Random(1))
    for _ in range(20):
        reviews.stir(0.5)
        reviews.notice(known(world))
    of_each = [[made for made in reviews.made if made.space_id == space_id] for space_id in reviews.spaces]

    assert len({made.name for made in reviews.made}) == len(reviews.made)
    assert all(made.before != made.after for made in reviews.made)
    assert all(one.after == two.before for made in of_each for one, two in pairwise(made))


def test_the_baseline_is_known_when_every_waba_is() -> None:
    world = World()
    reviews = Reviews(world, 2, random.Random(1))
    seen = known(world)

    assert reviews.baseline(seen)
    assert not reviews.baseline(dict(list(seen.items())[:1]))
