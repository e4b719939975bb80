import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.access import Person
from bot.errors import AccessDeniedError
from bot.people import REMEMBERED, STALE_AT_MOST, People
from bot.slack import Identity, Slack
from sandbox.slack import Fault, LocalSlack
from tests.fixtures.clock import Clock

A_LITTLE = timedelta(seconds=1)


@pytest.fixture
def now() -> Clock:
    return Clock()


@pytest.fixture
def group(slack: LocalSlack) -> str:
    return next(iter(slack.workspace.groups))


@pytest.fixture
def people(bot: Slack, group: str, now: Clock) -> People:
    return People(bot, frozenset({group}), now)


@pytest.fixture
def ask(slack: LocalSlack, people: People) -> Callable[[str], Any]:
    """Look somebody up by name, as one of our own workspace."""
    return lambda name: people.person(slack.person(name).user.id, slack.workspace.team.id)


def asked(slack: LocalSlack, method: str = "users.info") -> int:
    return sum(call.method == method for call in slack.requests)


@pytest.mark.parametrize(
    ("name", "is_guest", "is_stranger"),
    [
        ("admin", False, False),
        ("viewer", False, False),
        ("guest", True, False),
        ("stranger", False, True),
    ],
)
async def test_slack_says_who_is_an_outsider(
    ask: Callable[[str], Any], name: str, is_guest: bool, is_stranger: bool
) -> None:
    person = await ask(name)

    assert (person.is_guest, person.is_stranger) == (is_guest, is_stranger)


async def test_a_member_of_a_group_that_has_a_role_is_known_as_one(ask: Callable[[str], Any], group: str) -> None:
    assert (await ask("operator")).groups == {group}
    assert (await ask("viewer")).groups == frozenset()


@pytest.mark.parametrize("team_id", ["T0ELSEWHERE", ""])
async def test_who_comes_from_another_workspace_is_a_stranger_without_a_question(
    slack: LocalSlack, people: People, team_id: str
) -> None:
    admin = slack.person("admin").user.id

    assert await people.person(admin, team_id) == Person(admin, is_stranger=True)
    assert asked(slack) == 0


async def test_an_enterprise_is_our_own_too(slack: LocalSlack, bot: Slack, now: Clock) -> None:
    me = Identity(slack.workspace.team.id, "E012ABC", "U0BOT", "B0BOT", "cams-bot")
    people = People(Slack(bot._client, me), frozenset(), now)

    assert not (await people.person(slack.person("admin").user.id, "E012ABC")).is_stranger


async def test_somebody_is_remembered_for_a_while(slack: LocalSlack, ask: Callable[[str], Any], now: Clock) -> None:
    await ask("operator")
    now += REMEMBERED - A_LITTLE
    await ask("operator")

    assert (asked(slack), asked(slack, "usergroups.users.list")) == (1, 1)


async def test_after_a_while_somebody_is_looked_up_again(
    slack: LocalSlack, ask: Callable[[str], Any], now: Clock
) -> None:
    await ask("viewer")
    slack.workspace.change_user(slack.person("viewer").user, is_restricted=True)
    now += REMEMBERED
    person = await ask("viewer")

    assert person.is_guest


async def test_many_acts_at_once_are_one_question(slack: LocalSlack, ask: Callable[[str], Any]) -> None:
    await asyncio.gather(*(ask("operator") for _ in range(50)))

    assert (asked(slack), asked(slack, "usergroups.users.list")) == (1, 1)


async def test_a_question_that_slack_leaves_hanging_holds_up_nobody_else(
    slack: LocalSlack, ask: Callable[[str], Any]
) -> None:
    slack.faults.add(Fault("hang", "users.info", count=1, seconds=60))
    struck = asyncio.Event()
    slack.faults.listen(lambda _: struck.set())
    hanging = asyncio.create_task(ask("viewer"))
    await struck.wait()

    assert (await asyncio.wait_for(ask("operator"), 10)).groups
    hanging.cancel()


@pytest.mark.parametrize("fault", [Fault("error", error="internal_error"), Fault("server_error"), Fault("cut_before")])
async def test_while_slack_fails_who_was_known_stays_known(
    slack: LocalSlack, ask: Callable[[str], Any], now: Clock, fault: Fault
) -> None:
    before = await ask("operator")
    slack.faults.add(fault)
    now += STALE_AT_MOST - A_LITTLE

    assert await ask("operator") == before


async def test_after_a_day_without_an_answer_nothing_is_allowed(
    slack: LocalSlack, ask: Callable[[str], Any], now: Clock
) -> None:
    await ask("operator")
    slack.faults.add(Fault("error", error="internal_error"))
    now += STALE_AT_MOST
    with pytest.raises(AccessDeniedError, match="internal_error"):
        await ask("operator")


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (Fault("error", error="missing_scope"), r"\(missing_scope\), so nothing was done. .* manifest.yml"),
        (Fault("cut_before"), "did not say who you are, so nothing was done. Try again."),
    ],
)
async def test_whom_slack_does_not_name_may_do_nothing(
    slack: LocalSlack, ask: Callable[[str], Any], fault: Fault, says: str
) -> None:
    slack.faults.add(fault)
    with pytest.raises(AccessDeniedError, match=says):
        await ask("operator")


async def test_a_group_that_cannot_be_read_gives_nobody_a_role_and_is_logged(
    slack: LocalSlack, bot: Slack, group: str, now: Clock
) -> None:
    people = People(bot, frozenset({group, "S0GONE"}), now)
    with capture_logs() as logs:
        person = await people.person(slack.person("operator").user.id, slack.workspace.team.id)

    assert person.groups == {group}
    assert [(entry["group"], entry["error"]) for entry in logs] == [("S0GONE", "no_such_subteam")]


async def test_a_group_is_there_unless_slack_says_that_it_is_not(
    slack: LocalSlack, bot: Slack, group: str, now: Clock
) -> None:
    people = People(bot, frozenset(), now)
    found = [await people.has_group(one) for one in (group, "S0GONE")]
    slack.faults.add(Fault("error", error="missing_scope"))

    assert [*found, await people.has_group("S0GONE")] == [True, False, True]
