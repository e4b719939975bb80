import pytest

from sandbox.page.unread import Mark, Unread
from sandbox.slack import Message, Workspace
from sandbox.slack.workspace import furnish


@pytest.fixture
def workspace() -> Workspace:
    return furnish(Workspace())


def say(workspace: Workspace, channel: str = "shop", user: str = "viewer", **more: str) -> Message:
    place, writer = workspace.channel_named(channel), workspace.user_named(user)
    return workspace.timeline.post(place.id, writer.id, "x", **more)


def names(workspace: Workspace, marks: list[Mark]) -> list[str]:
    return sorted(workspace.users[mark.user].name for mark in marks)


def test_a_message_is_unread_by_all_who_see_it_but_its_writer(workspace: Workspace) -> None:
    marks = Unread(workspace).arrived(say(workspace))

    assert names(workspace, marks) == ["admin", "guest", "operator", "stranger"]


def test_a_message_in_a_private_channel_is_unread_by_its_members(workspace: Workspace) -> None:
    marks = Unread(workspace).arrived(say(workspace, "secret"))

    assert names(workspace, marks) == ["admin", "operator"]


def test_what_one_person_sees_is_unread_by_nobody(workspace: Workspace) -> None:
    operator = workspace.user_named("operator")

    assert Unread(workspace).arrived(say(workspace, ephemeral_to=operator.id)) == []


def test_reading_a_channel_leaves_the_others_unread(workspace: Workspace) -> None:
    unread, operator = Unread(workspace), workspace.user_named("operator")
    first, second = say(workspace, "shop"), say(workspace, "secret")
    unread.arrived(first)
    unread.arrived(second)
    unread.read(operator.id, first.channel)

    assert unread.count(operator.id, first.channel) == 0
    assert unread.count(operator.id, second.channel) == 1


def test_a_removed_message_is_unread_no_more(workspace: Workspace) -> None:
    unread, operator = Unread(workspace), workspace.user_named("operator")
    message = say(workspace)
    unread.arrived(message)
    unread.gone(message)

    assert unread.count(operator.id, message.channel) == 0


def test_nothing_is_told_of_a_channel_that_was_read_already(workspace: Workspace) -> None:
    assert Unread(workspace).read(workspace.user_named("operator").id, "C1") == []
