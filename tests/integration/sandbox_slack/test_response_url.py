import aiohttp
import pytest

from sandbox.slack import Fault, LocalSlack, Message, Person
from tests.integration.sandbox_slack.support import Clock, Json, section


class Reply:
    """A response URL, for a message in #shop or for none."""

    def __init__(self, slack: LocalSlack, session: aiohttp.ClientSession, person: Person, original: str = "") -> None:
        secret = slack.workspace.response_urls.issue(person.user.id, slack.channel("#shop").id, original)
        self._url = slack.api_url.replace("/api/", f"/response/{secret}")
        self._session = session

    async def post(self, body: Json) -> tuple[int, Json]:
        async with self._session.post(self._url, json=body) as answer:
            return answer.status, await answer.json()


@pytest.fixture
def reply(slack: LocalSlack, session: aiohttp.ClientSession, operator: Person) -> Reply:
    return Reply(slack, session, operator)


@pytest.fixture
def original(viewer: Person) -> Message:
    return viewer.say("original")


async def test_five_uses_and_no_more(reply: Reply) -> None:
    statuses = [(await reply.post({"text": "x"}))[0] for _ in range(5)]

    assert statuses == [200] * 5
    assert await reply.post({"text": "x"}) == (404, {"ok": False, "error": "used_url"})


async def test_thirty_minutes_and_no_longer(reply: Reply, clock: Clock) -> None:
    clock.advance(30 * 60)

    assert await reply.post({"text": "x"}) == (404, {"ok": False, "error": "expired_url"})


async def test_a_reply_in_channel_is_seen_by_all(reply: Reply, viewer: Person) -> None:
    await reply.post({"text": "x", "response_type": "in_channel"})

    assert [message.text for message in viewer.messages()] == ["x"]


async def test_a_reply_can_replace_the_original(
    slack: LocalSlack, session: aiohttp.ClientSession, operator: Person, viewer: Person, original: Message
) -> None:
    reply = Reply(slack, session, operator, original.ts)
    await reply.post({"text": "new", "replace_original": True})

    assert [(message.text, message.ts) for message in viewer.messages()] == [("new", original.ts)]


async def test_a_reply_can_delete_the_original(
    slack: LocalSlack, session: aiohttp.ClientSession, operator: Person, viewer: Person, original: Message
) -> None:
    reply = Reply(slack, session, operator, original.ts)
    await reply.post({"delete_original": True})

    assert viewer.messages() == []


@pytest.mark.parametrize(
    ("body", "error"), [({"blocks": [section("x" * 3001)]}, "invalid_blocks"), ({"text": ""}, "no_text")]
)
async def test_a_bad_reply_is_refused_and_uses_nothing_up(reply: Reply, body: Json, error: str) -> None:
    refused = [await reply.post(body) for _ in range(6)]

    assert refused == [(400, {"ok": False, "error": error})] * 6
    assert (await reply.post({"text": "x"}))[0] == 200


async def test_a_response_url_can_be_made_to_fail(slack: LocalSlack, reply: Reply, operator: Person) -> None:
    fault = slack.faults.add(Fault("rate_limited", "response_url", count=1))

    assert (await reply.post({"text": "x"}))[0] == 429
    assert fault.hits == 1
    assert operator.messages() == []
