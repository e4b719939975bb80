import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Fault, LocalSlack, Person
from tests.integration.sandbox_slack.support import error_of


async def test_a_rate_limit_says_when_to_come_again(slack: LocalSlack, client: AsyncWebClient, viewer: Person) -> None:
    slack.faults.add(Fault("rate_limited", "chat.postMessage", count=1, seconds=7))

    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="#shop", text="x")

    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "7"
    assert viewer.messages() == []


async def test_a_counted_fault_passes_by_itself(slack: LocalSlack, client: AsyncWebClient) -> None:
    fault = slack.faults.add(Fault("error", "auth.test", count=2, error="fatal_error"))
    errors = [await error_of(client.auth_test()) for _ in range(3)]

    assert errors == ["fatal_error", "fatal_error", ""]
    assert fault.hits == 2


async def test_a_fault_hits_only_its_method(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.faults.add(Fault("error", "chat.postMessage"))

    assert await error_of(client.auth_test()) == ""


async def test_a_fault_lasts_until_it_is_cleared(slack: LocalSlack, client: AsyncWebClient) -> None:
    fault = slack.faults.add(Fault("error"))
    during = [await error_of(client.auth_test()) for _ in range(3)]
    slack.faults.clear(fault)

    assert during == ["internal_error"] * 3
    assert await error_of(client.auth_test()) == ""


async def test_a_server_error_is_no_json(slack: LocalSlack, session: aiohttp.ClientSession) -> None:
    slack.faults.add(Fault("server_error"))
    async with session.post(slack.api_url + "auth.test") as answer:
        text = await answer.text()

    assert (answer.status, text[:6]) == (500, "<html>")


@pytest.mark.parametrize(("kind", "messages"), [("cut_before", 0), ("cut_after", 1)])
async def test_a_cut_connection_leaves_the_work_undone_or_done(
    slack: LocalSlack, client: AsyncWebClient, viewer: Person, kind: str, messages: int
) -> None:
    slack.faults.add(Fault("cut_before" if kind == "cut_before" else "cut_after", "chat.postMessage", count=1))

    with pytest.raises(aiohttp.ClientConnectionError):
        await client.chat_postMessage(channel="#shop", text="x")

    assert len(viewer.messages()) == messages


async def test_a_call_that_hangs_is_done_in_the_end(slack: LocalSlack, client: AsyncWebClient, viewer: Person) -> None:
    slack.faults.add(Fault("hang", "chat.postMessage", seconds=0.05))
    call = asyncio.create_task(client.chat_postMessage(channel="#shop", text="x"))
    message = await viewer.next_message()
    await call

    assert message.text == "x"


async def test_the_log_names_the_fault(slack: LocalSlack, client: AsyncWebClient) -> None:
    slack.faults.add(Fault("rate_limited", count=1))
    await error_of(client.auth_test())

    assert (slack.requests[-1].fault, slack.requests[-1].error) == ("rate_limited", "ratelimited")


async def test_a_fault_that_comes_hits_and_goes_is_told_each_time(slack: LocalSlack, client: AsyncWebClient) -> None:
    heard: list[None] = []
    slack.faults.listen(heard.append)
    fault = slack.faults.add(Fault("error"))
    await error_of(client.auth_test())
    slack.faults.clear(fault)

    assert len(heard) == 3
    assert (fault.hits, fault.latest) == (1, "auth.test")
