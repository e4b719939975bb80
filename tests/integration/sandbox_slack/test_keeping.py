"""What people do to channels and messages, and what the app hears of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import LocalSlack, Manifest, Person
from sandbox.slack.errors import CannotActError
from sandbox.slack.model import COMMAND_SCOPES
from tests.integration.sandbox_slack.support import Clock, error_of, over_socket

Json = dict[str, Any]
KINDS = ("archive", "unarchive", "rename", "left")
EVENTS = frozenset(
    {*(f"{place}_{kind}" for place in ("channel", "group") for kind in KINDS)}
    | {"member_joined_channel", "member_left_channel"}
)


@pytest.fixture
async def slack(clock: Clock) -> AsyncIterator[LocalSlack]:
    async with LocalSlack.start(clock=clock, manifest=Manifest(scopes=COMMAND_SCOPES, events=EVENTS)) as running:
        yield running


class Receiver:
    """A request URL: what came to it, and what it answers."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[tuple[Json, Json]] = asyncio.Queue()
        self.answers: list[web.Response] = []

    async def handle(self, request: web.Request) -> web.Response:
        await self.came.put((await request.json(), dict(request.headers)))
        return self.answers.pop(0) if self.answers else web.Response()

    async def event(self) -> Json:
        """Return the next event without its time."""
        async with asyncio.timeout(10):
            body, _ = await self.came.get()
        assert body["type"] == "event_callback"
        return {key: value for key, value in body["event"].items() if key != "event_ts"}


@asynccontextmanager
async def listening(slack: LocalSlack) -> AsyncIterator[Receiver]:
    receiver, app = Receiver(), web.Application()
    app.router.add_post("/events", receiver.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.deliver_to(f"http://127.0.0.1:{runner.addresses[0][1]}/events")
    try:
        yield receiver
    finally:
        await runner.cleanup()


@pytest.fixture
async def receiver(slack: LocalSlack) -> AsyncIterator[Receiver]:
    async with listening(slack) as running:
        yield running


def let_in(slack: LocalSlack, channel: str) -> str:
    """Put the app into a channel before anybody listens, and return the channel's ID."""
    place = slack.channel(channel)
    slack.workspace.change_channel(place, members=place.members | {slack.workspace.app.user})
    return place.id


@pytest.fixture
def secret(slack: LocalSlack) -> str:
    return let_in(slack, "#secret")


async def post(client: AsyncWebClient, channel: str) -> str:
    return await error_of(client.chat_postMessage(channel=channel, text="x"))


@pytest.mark.parametrize(("name", "removed"), [("#shop", "not_in_channel"), ("#secret", "channel_not_found")])
async def test_posts_are_refused_until_a_person_undoes_what_was_done(
    slack: LocalSlack, client: AsyncWebClient, operator: Person, secret: str, name: str, removed: str
) -> None:
    place, errors = slack.channel(name).id, []
    for act in (operator.archive, operator.unarchive, operator.kick, operator.invite):
        act(place)
        errors.append(await post(client, place))

    assert errors == ["is_archived", "", removed, ""]


async def test_a_renamed_channel_keeps_its_id(slack: LocalSlack, client: AsyncWebClient, operator: Person) -> None:
    shop = slack.channel("#shop").id
    operator.rename("#shop", "#market")

    assert (await client.conversations_info(channel=shop))["channel"]["name"] == "market"
    assert await post(client, "#shop") == "channel_not_found"


async def test_the_app_hears_what_happens_to_a_public_channel(
    slack: LocalSlack, receiver: Receiver, operator: Person
) -> None:
    shop, me, app = slack.channel("#shop"), operator.user.id, slack.workspace.app.user
    at = {"channel": shop.id}
    member = {**at, "channel_type": "C", "team": slack.workspace.team.id}
    heard = []
    for act in (operator.archive, operator.unarchive, operator.kick, operator.invite):
        act(shop.id)
        heard.append(await receiver.event())
    operator.rename(shop.id, "market")
    renamed = await receiver.event()

    assert heard == [
        {"type": "channel_archive", **at, "user": me},
        {"type": "channel_unarchive", **at, "user": me},
        {"type": "channel_left", **at, "actor_id": me},
        {"type": "member_joined_channel", **member, "user": app, "inviter": me},
    ]
    assert renamed["type"] == "channel_rename"
    assert (renamed["channel"]["id"], renamed["channel"]["name"]) == (shop.id, "market")


async def test_the_app_hears_what_happens_to_a_private_channel_by_other_names(
    slack: LocalSlack, secret: str, operator: Person
) -> None:
    async with listening(slack) as receiver:
        heard = []
        for act in (operator.archive, operator.unarchive, operator.kick, operator.invite):
            act(secret)
            heard.append((await receiver.event())["type"])
        operator.rename(secret, "hidden")
        heard.append((await receiver.event())["type"])

    assert heard == ["group_archive", "group_unarchive", "group_left", "member_joined_channel", "group_rename"]


async def test_the_app_hears_of_others_who_leave_and_come(
    slack: LocalSlack, receiver: Receiver, operator: Person, viewer: Person
) -> None:
    operator.kick("#shop", "viewer")
    gone = await receiver.event()
    operator.invite("#shop", "viewer")
    come = await receiver.event()

    assert (gone["type"], gone["user"], "inviter" in gone) == ("member_left_channel", viewer.user.id, False)
    assert (come["type"], come["user"], come["inviter"]) == (
        "member_joined_channel",
        viewer.user.id,
        operator.user.id,
    )


async def test_an_app_that_joins_by_itself_hears_that_nobody_has_invited_it(
    slack: LocalSlack, client: AsyncWebClient, receiver: Receiver
) -> None:
    await client.conversations_join(channel=slack.channel("#elsewhere").id)
    come = await receiver.event()

    assert (come["type"], come["user"], "inviter" in come) == (
        "member_joined_channel",
        slack.workspace.app.user,
        False,
    )


async def test_the_app_hears_nothing_of_a_channel_it_is_not_in_but_a_public_name(
    slack: LocalSlack, receiver: Receiver, operator: Person
) -> None:
    operator.archive("#elsewhere")
    operator.unarchive("#elsewhere")
    operator.kick("#elsewhere", "viewer")
    operator.rename("#secret", "hidden")
    operator.rename("#elsewhere", "yonder")

    assert (await receiver.event())["type"] == "channel_rename"


async def test_without_the_scope_or_a_subscription_the_app_hears_nothing(
    slack: LocalSlack, receiver: Receiver, operator: Person
) -> None:
    scopes = slack.workspace.app.scopes
    scopes.remove("channels:read")
    operator.archive("#shop")
    scopes.add("channels:read")
    slack.manifest = Manifest(scopes=COMMAND_SCOPES, events=frozenset({"channel_left"}))
    operator.unarchive("#shop")
    operator.kick("#shop")

    assert (await receiver.event())["type"] == "channel_left"


async def test_an_event_reaches_a_bolt_app_over_socket_mode(
    slack: LocalSlack, client: AsyncWebClient, operator: Person
) -> None:
    heard: asyncio.Queue[Json] = asyncio.Queue()
    async with over_socket(slack, client) as app:

        @app.event("channel_archive")
        async def archived(event: Json) -> None:
            await heard.put(event)

        operator.archive("#shop")
        async with asyncio.timeout(10):
            event = await heard.get()

    assert (event["channel"], event["user"]) == (slack.channel("#shop").id, operator.user.id)


async def test_an_event_that_fails_comes_three_times_more_with_the_same_id(
    slack: LocalSlack, receiver: Receiver, operator: Person
) -> None:
    slack.courier.event_retry_waits = (0.0, 0.0, 0.0)
    receiver.answers = [web.Response(status=500) for _ in range(4)]
    operator.archive("#shop")
    async with asyncio.timeout(10):
        came = [await receiver.came.get() for _ in range(4)]
    operator.unarchive("#shop")

    assert len({body["event_id"] for body, _ in came}) == 1
    assert [headers.get("X-Slack-Retry-Num") for _, headers in came] == [None, "1", "2", "3"]
    assert {headers.get("X-Slack-Retry-Reason") for _, headers in came[1:]} == {"http_error"}
    assert (await receiver.event())["type"] == "channel_unarchive"


async def test_an_app_may_ask_not_to_be_sent_an_event_again(
    slack: LocalSlack, receiver: Receiver, operator: Person
) -> None:
    slack.courier.event_retry_waits = (0.0, 0.0, 0.0)
    receiver.answers = [web.Response(status=500, headers={"X-Slack-No-Retry": "1"})]
    operator.archive("#shop")
    first = await receiver.event()
    operator.unarchive("#shop")

    assert (first["type"], (await receiver.event())["type"]) == ("channel_archive", "channel_unarchive")


@pytest.mark.parametrize(
    ("who", "act", "why"),
    [
        ("operator", lambda one: one.archive("#old"), "#old is archived"),
        ("operator", lambda one: one.unarchive("#shop"), "#shop is not archived"),
        ("operator", lambda one: one.rename("#shop", "old"), "the name #old is taken"),
        ("operator", lambda one: one.rename("#shop", "The Shop"), "is no name of a channel"),
        ("operator", lambda one: one.rename("#shop", "x" * 81), "is no name of a channel"),
        ("operator", lambda one: one.rename("DM", "x"), "a direct message stays as it is"),
        ("operator", lambda one: one.kick("#elsewhere"), "app is not in #elsewhere"),
        ("operator", lambda one: one.invite("#shop", "viewer"), "viewer is in #shop already"),
        ("guest", lambda one: one.archive("#shop"), "guest may not change #shop"),
        ("stranger", lambda one: one.kick("#shop"), "stranger may not change #shop"),
    ],
)
def test_what_the_screen_does_not_offer_is_refused_in_words(slack: LocalSlack, who: str, act: Any, why: str) -> None:
    with pytest.raises(CannotActError, match=why):
        act(slack.person(who))


async def test_an_admin_deletes_the_message_of_the_app_and_others_their_own(
    slack: LocalSlack, client: AsyncWebClient, viewer: Person
) -> None:
    posted = await client.chat_postMessage(channel="#shop", text="x")
    own, [bots, _] = viewer.say("mine"), viewer.messages()
    viewer.delete(own)
    with pytest.raises(CannotActError, match="only an admin"):
        viewer.delete(bots)
    slack.person("admin").delete(bots)

    assert viewer.messages() == []
    update = client.chat_update(channel=posted["channel"], ts=posted["ts"], text="y")
    assert await error_of(update) == "message_not_found"
    with pytest.raises(CannotActError, match="not there any more"):
        slack.person("admin").delete(bots)
