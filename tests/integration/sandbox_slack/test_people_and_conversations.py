from dataclasses import replace

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import LocalSlack, Person
from tests.integration.sandbox_slack.support import error_of


@pytest.mark.parametrize(
    ("name", "mark"), [("admin", "is_admin"), ("guest", "is_restricted"), ("stranger", "is_stranger")]
)
async def test_users_info_says_who_somebody_is(slack: LocalSlack, client: AsyncWebClient, name: str, mark: str) -> None:
    said = await client.users_info(user=slack.person(name).user.id)

    assert said["user"][mark] is True


async def test_a_stranger_is_of_another_team(slack: LocalSlack, client: AsyncWebClient) -> None:
    said = await client.users_info(user=slack.person("stranger").user.id)

    assert said["user"]["team_id"] != slack.workspace.team.id


async def test_a_locale_is_given_when_asked_for(client: AsyncWebClient, viewer: Person) -> None:
    said = await client.users_info(user=viewer.user.id, include_locale=True)

    assert said["user"]["locale"] == "de-DE"


async def test_an_unknown_user_is_not_found(client: AsyncWebClient) -> None:
    assert await error_of(client.users_info(user="U404")) == "user_not_found"


async def test_the_users_of_a_group_are_listed(client: AsyncWebClient, operator: Person) -> None:
    groups = (await client.usergroups_list(include_users=True))["usergroups"]
    said = await client.usergroups_users_list(usergroup=groups[0]["id"])

    assert said["users"] == groups[0]["users"] == [operator.user.id]


async def test_an_unknown_group_is_not_found(client: AsyncWebClient) -> None:
    assert await error_of(client.usergroups_users_list(usergroup="S404")) == "no_such_subteam"


@pytest.mark.parametrize(("channel", "is_member"), [("#shop", True), ("#elsewhere", False)])
async def test_conversations_info_says_whether_the_app_is_in(
    slack: LocalSlack, client: AsyncWebClient, channel: str, is_member: bool
) -> None:
    said = await client.conversations_info(channel=slack.channel(channel).id)

    assert said["channel"]["is_member"] is is_member


async def test_a_private_channel_without_the_app_does_not_exist_for_it(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    assert await error_of(client.conversations_info(channel=slack.channel("#secret").id)) == "channel_not_found"


async def test_a_private_channel_needs_the_scope_for_private_ones(slack: LocalSlack, client: AsyncWebClient) -> None:
    secret = slack.channel("#secret")
    slack.workspace.change_channel(secret, members=secret.members | {slack.workspace.app.user})
    slack.workspace.app.scopes.remove("groups:read")

    assert await error_of(client.conversations_info(channel=secret.id)) == "missing_scope"


async def test_the_app_joins_a_public_channel(slack: LocalSlack, client: AsyncWebClient) -> None:
    await client.conversations_join(channel=slack.channel("#elsewhere").id)

    assert slack.workspace.app.user in slack.channel("#elsewhere").members


async def test_joining_twice_is_a_warning(slack: LocalSlack, client: AsyncWebClient) -> None:
    said = await client.conversations_join(channel=slack.channel("#shop").id)

    assert said["warning"] == "already_in_channel"


@pytest.mark.parametrize(("channel", "error"), [("#secret", "channel_not_found"), ("#old", "is_archived")])
async def test_other_channels_cannot_be_joined(
    slack: LocalSlack, client: AsyncWebClient, channel: str, error: str
) -> None:
    assert await error_of(client.conversations_join(channel=slack.channel(channel).id)) == error


async def test_a_direct_message_cannot_be_joined(client: AsyncWebClient, viewer: Person) -> None:
    error = await error_of(client.conversations_join(channel=viewer.user.id))

    assert error == "method_not_supported_for_channel_type"


async def test_the_list_has_pages_and_hides_what_the_app_cannot_see(client: AsyncWebClient) -> None:
    names = []
    types = "public_channel,private_channel"
    async for page in await client.conversations_list(types=types, exclude_archived=True, limit=1):
        names += [channel["name"] for channel in page["channels"]]

    assert names == ["shop", "elsewhere"]


async def test_the_channels_of_the_app_and_of_a_person_are_listed(slack: LocalSlack, client: AsyncWebClient) -> None:
    types = "public_channel,private_channel"
    own = await client.users_conversations(types=types, exclude_archived=True)
    viewer = await client.users_conversations(types=types, user=slack.person("viewer").user.id)

    assert [channel["name"] for channel in own["channels"]] == ["shop"]
    assert "secret" not in {channel["name"] for channel in viewer["channels"]}
    assert await error_of(client.users_conversations(user="U0NOBODY")) == "user_not_found"


async def test_the_members_of_a_channel_are_listed(slack: LocalSlack, client: AsyncWebClient) -> None:
    said = await client.conversations_members(channel=slack.channel("#shop").id)

    assert set(said["members"]) == slack.channel("#shop").members


async def test_an_unknown_type_of_channel_is_refused(client: AsyncWebClient) -> None:
    assert await error_of(client.conversations_list(types="rooms")) == "invalid_types"


async def test_a_disabled_group_is_hidden(slack: LocalSlack, client: AsyncWebClient) -> None:
    (group,) = slack.workspace.groups.values()
    slack.workspace.set_group(replace(group, is_disabled=True))

    assert (await client.usergroups_list())["usergroups"] == []
    assert await error_of(client.usergroups_users_list(usergroup=group.id)) == "no_such_subteam"
