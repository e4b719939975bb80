import aiohttp
import pytest
import stamina
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from stamina.instrumentation import RetryDetails, get_on_retry_hooks, set_on_retry_hooks

from bot import blocks, qr
from bot.blocks import Block
from bot.errors import UserError
from bot.slack import File, Picture, Slack, error_code
from sandbox.slack import Fault, LocalSlack, Person, View

HELLO = blocks.header("Hello")
PICTURE = blocks.image("https://example.com/gone.png", "A picture")
VIEW: Block = {"type": "modal", "title": blocks.plain("A form", 24), "blocks": [HELLO]}


def calls(slack: LocalSlack, method: str) -> int:
    return sum(call.method == method for call in slack.requests)


def fault(slack: LocalSlack, kind: str, method: str, count: int = 1, **more: object) -> Fault:
    return slack.faults.add(Fault(kind, method, count, **more))  # type: ignore[arg-type]  # the table of a test


def kinds(shown: list[Block]) -> list[str]:
    return [block["type"] for block in shown]


async def open_view(slack: LocalSlack, bot: Slack) -> View:
    operator = slack.person("operator")
    trigger_id = slack.workspace.triggers.issue(operator.user.id, slack.channel("#shop").id)
    await bot.open_view(trigger_id, VIEW)
    return await operator.opened_view()


@pytest.fixture
def viewer(slack: LocalSlack) -> Person:
    return slack.person("viewer")


async def test_a_post_returns_where_it_stands(slack: LocalSlack, bot: Slack, viewer: Person) -> None:
    ts = await bot.post(slack.channel("#shop").id, "Hello", [HELLO])
    [message] = viewer.messages()

    assert (message.ts, message.text, kinds(list(message.blocks))) == (ts, "Hello", ["header"])


async def test_a_channel_is_found_by_its_name_where_the_bot_is_in_it(slack: LocalSlack, bot: Slack) -> None:
    me = slack.workspace.app.user
    for number in range(1000):
        slack.workspace.add_channel(f"place-{number}", [me], is_private=bool(number % 2))

    assert await bot.channel_named("place-999") == slack.channel("#place-999").id
    assert calls(slack, "users.conversations") == 2
    assert await bot.channel_named("elsewhere") == ""


@pytest.mark.parametrize("error", ["invalid_blocks", "invalid_attachments", "invalid_arguments"])
async def test_a_picture_that_slack_cannot_fetch_is_left_out_of_a_post(
    slack: LocalSlack, bot: Slack, viewer: Person, error: str
) -> None:
    fault(slack, "error", "chat.postMessage", error=error)
    await bot.post(slack.channel("#shop").id, "Hello", [HELLO, PICTURE])
    [message] = viewer.messages()

    assert kinds(list(message.blocks)) == ["header"]


async def test_a_picture_that_slack_cannot_fetch_is_left_out_of_a_view(slack: LocalSlack, bot: Slack) -> None:
    view = await open_view(slack, bot)
    fault(slack, "error", "views.update", error="invalid_arguments")
    await bot.update_view(view.id, {**VIEW, "blocks": [HELLO, PICTURE]})

    assert kinds((await slack.person("operator").opened_view(view)).blocks) == ["header"]


async def test_a_refusal_that_no_picture_explains_is_raised_at_once(slack: LocalSlack, bot: Slack) -> None:
    fault(slack, "error", "chat.postMessage", error="invalid_blocks")
    with pytest.raises(SlackApiError, match="invalid_blocks"):
        await bot.post(slack.channel("#shop").id, "Hello", [HELLO])

    assert calls(slack, "chat.postMessage") == 1


async def test_a_picture_is_not_left_out_for_another_reason(slack: LocalSlack, bot: Slack) -> None:
    fault(slack, "error", "chat.postMessage", error="restricted_action")
    with pytest.raises(SlackApiError, match="restricted_action"):
        await bot.post(slack.channel("#shop").id, "Hello", [HELLO, PICTURE])

    assert calls(slack, "chat.postMessage") == 1


@pytest.mark.parametrize("kind", ["rate_limited", "server_error", "cut_after", "cut_before"])
async def test_a_post_is_never_repeated(slack: LocalSlack, bot: Slack, kind: str) -> None:
    fault(slack, kind, "chat.postMessage", 5)
    with pytest.raises((SlackApiError, aiohttp.ClientError)):
        await bot.post(slack.channel("#shop").id, "Hello", [HELLO])

    assert calls(slack, "chat.postMessage") == 1


async def test_a_view_waits_as_long_as_slack_asks(slack: LocalSlack, bot: Slack) -> None:
    view, waits = await open_view(slack, bot), list[float]()
    hooks = get_on_retry_hooks()
    fault(slack, "rate_limited", "views.update", seconds=1)

    def note(details: RetryDetails) -> None:
        waits.append(details.wait_for)

    set_on_retry_hooks([note])
    try:
        await bot.update_view(view.id, VIEW)
    finally:
        set_on_retry_hooks(hooks)

    assert waits == [1.0]
    assert calls(slack, "views.update") == 2


async def test_a_wait_that_nobody_would_wait_is_a_refusal_at_once(slack: LocalSlack, bot: Slack) -> None:
    view = await open_view(slack, bot)
    fault(slack, "rate_limited", "views.update", seconds=600)
    with pytest.raises(SlackApiError, match="ratelimited"):
        await bot.update_view(view.id, VIEW)

    assert calls(slack, "views.update") == 1


async def test_slack_is_not_asked_for_ever(slack: LocalSlack, bot: Slack) -> None:
    fault(slack, "rate_limited", "users.info", 10)
    with stamina.set_testing(True, attempts=3, cap=True), pytest.raises(SlackApiError, match="ratelimited"):
        await bot.user(slack.person("operator").user.id)

    assert calls(slack, "users.info") == 3


async def test_only_a_refusal_for_the_rate_is_tried_again(slack: LocalSlack, bot: Slack) -> None:
    fault(slack, "server_error", "users.info")
    with pytest.raises(SlackApiError):
        await bot.user(slack.person("operator").user.id)

    assert calls(slack, "users.info") == 1


async def test_an_answer_that_cannot_be_read_has_a_code_too(slack: LocalSlack, bot: Slack) -> None:
    fault(slack, "server_error", "users.info")
    with pytest.raises(SlackApiError) as refused:
        await bot.user(slack.person("operator").user.id)

    assert error_code(refused.value) == "unknown_error"


async def test_a_picture_is_shown_with_its_caption_and_alt_text(slack: LocalSlack, bot: Slack, viewer: Person) -> None:
    picture = Picture(qr.draw("https://wa.me/message/ABC"), "whatsapp.png", "QR code ABC", "A QR code")
    await bot.post_picture(slack.channel("#shop").id, picture, [HELLO])
    [message] = viewer.messages()
    [file] = [slack.workspace.files[file_id] for file_id in message.files]

    assert (file.content, file.name, file.title, file.alt_text) == (
        picture.png,
        "whatsapp.png",
        "QR code ABC",
        "A QR code",
    )
    assert kinds(list(message.blocks)) == ["header"]


async def test_a_file_is_shared_with_what_stands_beside_it(slack: LocalSlack, bot: Slack, viewer: Person) -> None:
    await bot.post_file(slack.channel("#shop").id, File(b"a,b", "alerts.csv", "Time line"), [HELLO])
    [message] = viewer.messages()
    file = slack.workspace.files[message.files[0]]

    assert (file.content, file.name, file.title, kinds(list(message.blocks))) == (
        b"a,b",
        "alerts.csv",
        "Time line",
        ["header"],
    )


async def test_a_whisper_is_for_one_person_and_without_pictures(slack: LocalSlack, bot: Slack, viewer: Person) -> None:
    await bot.whisper(slack.channel("#shop").id, viewer.user.id, "Psst", [HELLO, PICTURE])
    [message] = viewer.messages()

    assert (message.ephemeral_to, kinds(list(message.blocks))) == (viewer.user.id, ["header"])
    assert slack.person("operator").messages() == []


def response_url(slack: LocalSlack, person: Person) -> str:
    secret = slack.workspace.response_urls.issue(person.user.id, slack.channel("#shop").id)
    return slack.api_url.replace("/api/", f"/response/{secret}")


async def test_an_answer_goes_to_who_asked(slack: LocalSlack, bot: Slack, viewer: Person) -> None:
    await bot.respond(response_url(slack, viewer), "Here", [HELLO])
    [message] = viewer.messages()

    assert (message.text, message.ephemeral_to) == ("Here", viewer.user.id)


async def test_an_answer_with_a_picture_that_cannot_be_fetched_comes_without_it(
    slack: LocalSlack, bot: Slack, viewer: Person
) -> None:
    fault(slack, "error", "response_url", error="invalid_blocks")
    await bot.respond(response_url(slack, viewer), "Here", [HELLO, PICTURE])
    [message] = viewer.messages()

    assert kinds(list(message.blocks)) == ["header"]


@pytest.mark.parametrize(
    ("kind", "code"), [("server_error", "<html>Server Error</html>"), ("rate_limited", "ratelimited")]
)
async def test_an_answer_that_slack_does_not_take_is_a_refusal(
    slack: LocalSlack, bot: Slack, viewer: Person, kind: str, code: str
) -> None:
    fault(slack, kind, "response_url")
    with pytest.raises(SlackApiError) as refused:
        await bot.respond(response_url(slack, viewer), "Here", [HELLO])

    assert error_code(refused.value) == code


async def test_blocks_that_are_wrong_are_refused_by_name(slack: LocalSlack, bot: Slack, viewer: Person) -> None:
    with pytest.raises(SlackApiError) as refused:
        await bot.respond(response_url(slack, viewer), "Here", [{"type": "header"}])

    assert error_code(refused.value) == "invalid_blocks"


async def test_a_response_url_that_is_spent_is_a_refusal(slack: LocalSlack, bot: Slack, viewer: Person) -> None:
    url = response_url(slack, viewer)
    for _ in range(5):
        await bot.respond(url, "Here", [HELLO])
    with pytest.raises(SlackApiError) as refused:
        await bot.respond(url, "Here", [HELLO])

    assert error_code(refused.value) == "used_url"


async def test_an_answer_is_never_sent_twice(slack: LocalSlack, bot: Slack, viewer: Person) -> None:
    cut = fault(slack, "cut_after", "response_url", 5)
    with pytest.raises(aiohttp.ClientError):
        await bot.respond(response_url(slack, viewer), "Here", [HELLO])

    assert (cut.hits, len(viewer.messages())) == (1, 1)


async def test_a_public_channel_is_joined(slack: LocalSlack, bot: Slack) -> None:
    await bot.enter(slack.channel("#elsewhere").id)

    assert slack.workspace.app.user in slack.channel("#elsewhere").members


async def test_where_the_bot_is_already_it_does_not_join(slack: LocalSlack, bot: Slack) -> None:
    await bot.enter(slack.channel("#shop").id)

    assert calls(slack, "conversations.join") == 0


async def test_a_direct_message_needs_no_joining(slack: LocalSlack, bot: Slack, viewer: Person) -> None:
    await bot.enter(slack.workspace.direct_channel(viewer.user.id).id)

    assert calls(slack, "conversations.join") == 0


@pytest.mark.parametrize(
    ("channel", "says"),
    [
        ("#secret", "Type `/invite @cams-bot` there and try again. Nothing was done. (Slack says channel_not_found.)"),
        (
            "C0NOWHERE",
            "Type `/invite @cams-bot` there and try again. Nothing was done. (Slack says channel_not_found.)",
        ),
        ("#old", "This channel is archived"),
    ],
)
async def test_where_the_bot_may_not_go_it_says_so_in_words(
    slack: LocalSlack, bot: Slack, channel: str, says: str
) -> None:
    channel_id = slack.channel(channel).id if channel.startswith("#") else channel
    with pytest.raises(UserError) as refused:
        await bot.enter(channel_id)

    assert says in str(refused.value)


async def test_who_is_in_a_group_is_asked_of_slack(slack: LocalSlack, bot: Slack) -> None:
    group = next(iter(slack.workspace.groups.values()))

    assert await bot.group_members(group.id) == frozenset(group.users)


async def test_slack_says_who_somebody_is(slack: LocalSlack, bot: Slack, client: AsyncWebClient) -> None:
    guest = slack.person("guest").user

    assert (await bot.user(guest.id))["is_restricted"] is True
    assert client.retry_handlers == []
