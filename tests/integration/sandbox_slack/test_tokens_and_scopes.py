import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import LocalSlack
from tests.integration.sandbox_slack.support import error_of


async def test_a_good_token_learns_who_it_is(slack: LocalSlack, client: AsyncWebClient) -> None:
    who = await client.auth_test()

    assert who["user_id"] == slack.workspace.app.user
    assert who["team_id"] == slack.workspace.team.id


async def test_a_wrong_token_is_invalid(client: AsyncWebClient) -> None:
    assert await error_of(client.auth_test(token="xoxb-wrong")) == "invalid_auth"


async def test_no_token_is_not_authed(slack: LocalSlack, session: aiohttp.ClientSession) -> None:
    async with session.post(slack.api_url + "auth.test") as answer:
        said = await answer.json()

    assert said == {"ok": False, "error": "not_authed"}


async def test_a_token_may_come_in_the_form(slack: LocalSlack, session: aiohttp.ClientSession) -> None:
    form = {"token": slack.workspace.app.bot_token}
    async with session.post(slack.api_url + "auth.test", data=form) as answer:
        said = await answer.json()

    assert said["ok"]


async def test_a_revoked_app_is_told_so(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.workspace.app.token_error = "account_inactive"

    assert await error_of(client.auth_test()) == "account_inactive"


async def test_an_app_token_cannot_post(slack: LocalSlack, client: AsyncWebClient) -> None:
    call = client.chat_postMessage(channel="#shop", text="x", token=slack.workspace.app.app_token)

    assert await error_of(call) == "not_allowed_token_type"


async def test_a_bot_token_cannot_open_a_socket(slack: LocalSlack, client: AsyncWebClient) -> None:
    call = client.apps_connections_open(app_token=slack.workspace.app.bot_token)

    assert await error_of(call) == "not_allowed_token_type"


async def test_a_missing_scope_is_named(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.workspace.app.scopes.remove("chat:write")

    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="#shop", text="x")

    assert refused.value.response["error"] == "missing_scope"
    assert refused.value.response["needed"] == "chat:write"
    assert "chat:write" not in refused.value.response["provided"].split(",")


async def test_every_answer_names_the_scopes(slack: LocalSlack, client: AsyncWebClient) -> None:
    answer = await client.auth_test()

    assert set(answer.headers["X-OAuth-Scopes"].split(",")) == slack.workspace.app.scopes


async def test_an_unknown_method_is_unknown(client: AsyncWebClient) -> None:
    assert await error_of(client.api_call("chat.shout")) == "unknown_method"


async def test_arguments_may_come_as_json(client: AsyncWebClient) -> None:
    said = await client.api_call("api.test", json={"a": "b"})

    assert said["args"] == {"a": "b"}


async def test_a_body_that_is_no_json_is_refused(slack: LocalSlack, session: aiohttp.ClientSession) -> None:
    headers = {"Content-Type": "application/json"}
    async with session.post(slack.api_url + "api.test", data=b"{", headers=headers) as answer:
        said = await answer.json()

    assert said["error"] == "invalid_json"


async def test_the_log_keeps_calls_and_answers_but_no_token(slack: LocalSlack, client: AsyncWebClient) -> None:
    await error_of(client.chat_postMessage(channel="#nowhere", text="x"))

    call = slack.requests[-1]
    assert (call.method, call.error) == ("chat.postMessage", "channel_not_found")
    assert slack.workspace.app.bot_token not in str(slack.requests)


async def test_a_missing_argument_is_named(client: AsyncWebClient) -> None:
    with pytest.raises(SlackApiError) as refused:
        await client.api_call("users.info")

    assert refused.value.response["response_metadata"]["messages"] == ["[ERROR] missing required field: user"]


async def test_a_token_in_the_form_is_not_kept_in_the_log(slack: LocalSlack, session: aiohttp.ClientSession) -> None:
    async with session.post(slack.api_url + "auth.test", data={"token": slack.workspace.app.bot_token}) as answer:
        await answer.read()

    assert dict(slack.requests[-1].args) == {}
