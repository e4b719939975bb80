import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Fault, LocalSlack, Person
from sandbox.slack.limits import PostLimit
from tests.integration.sandbox_slack.support import Clock, error_of


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


async def test_an_answer_that_hangs_comes_after_the_work(
    slack: LocalSlack, client: AsyncWebClient, viewer: Person
) -> None:
    slack.faults.add(Fault("hang_after", "chat.postMessage", seconds=60))
    call = asyncio.create_task(client.chat_postMessage(channel="#shop", text="x"))
    message = await viewer.next_message()
    is_answered = call.done()
    call.cancel()

    assert (message.text, is_answered) == ("x", False)


async def test_a_server_error_may_come_after_the_work(
    slack: LocalSlack, client: AsyncWebClient, viewer: Person
) -> None:
    slack.faults.add(Fault("server_error_after", "chat.postMessage", count=1))
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="#shop", text="x")

    assert refused.value.response.status_code == 500
    assert [message.text for message in viewer.messages()] == ["x"]


@pytest.mark.parametrize("named", ["id", "name"])
async def test_a_fault_hits_only_its_channel_however_it_is_named(
    slack: LocalSlack, client: AsyncWebClient, operator: Person, named: str
) -> None:
    shop = slack.channel("#shop").id
    slack.faults.add(Fault("error", channel=shop))
    hit = await error_of(client.chat_postMessage(channel=shop if named == "id" else "#shop", text="x"))

    assert hit == "internal_error"
    assert await error_of(client.chat_postMessage(channel=operator.user.id, text="x")) == ""
    assert await error_of(client.auth_test()) == ""


async def test_a_share_of_the_calls_is_hit_the_same_way_for_the_same_seed(
    slack: LocalSlack, client: AsyncWebClient
) -> None:
    async def run(seed: int) -> list[str]:
        fault = slack.faults.add(Fault("error", share=0.5, seed=seed))
        errors = [await error_of(client.auth_test()) for _ in range(40)]
        slack.faults.clear(fault)
        return errors

    first, again, other = await run(1), await run(1), await run(2)

    assert first == again != other
    assert 10 < first.count("internal_error") < 30


async def test_a_predicate_chooses_the_calls(slack: LocalSlack, client: AsyncWebClient, operator: Person) -> None:
    shop = slack.channel("#shop").id
    slack.faults.add(Fault("error", fits=lambda method, channel: (method, channel) == ("chat.postMessage", shop)))
    errors = [
        await error_of(client.chat_postMessage(channel=shop, text="x")),
        await error_of(client.conversations_info(channel=shop)),
        await error_of(client.chat_postMessage(channel=operator.user.id, text="x")),
    ]

    assert errors == ["internal_error", "", ""]


@pytest.mark.parametrize("share", [0.0, -0.1, 1.1])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="above 0 and up to 1"):
        Fault("error", share=share)


async def test_posts_into_one_channel_are_limited_and_let_through_again(
    slack: LocalSlack, client: AsyncWebClient, clock: Clock, operator: Person
) -> None:
    fault = slack.limit_posts(burst=2)

    async def post(channel: str = "#shop") -> str:
        return await error_of(client.chat_postMessage(channel=channel, text="x"))

    burst = [await post() for _ in range(3)]
    elsewhere = await post(operator.user.id)
    clock.advance(1)
    later = [await post(), await post()]

    assert (burst, elsewhere, later) == (["", "", "ratelimited"], "", ["", "ratelimited"])
    assert (fault.hits, len(operator.messages())) == (2, 3)


def test_a_burst_is_at_least_one_message(clock: Clock) -> None:
    with pytest.raises(ValueError, match="at least one message"):
        PostLimit(clock, burst=0)


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
