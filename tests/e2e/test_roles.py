"""Who may do what, at every entry: commands, submissions, buttons, shortcuts, option lists."""

import pytest

from sandbox.slack import Fault, Message, View
from sandbox.slack.faults import Kind
from tests.e2e.reading import shown
from tests.fixtures.world import World, done

pytestmark = pytest.mark.asyncio(loop_scope="module")

NEEDS_OPERATOR = "This needs the role operator."
NEEDS_ADMIN = "This needs the role admin."
NO_GUESTS = "Guests may not use this bot."
NO_STRANGERS = "Only members of this bot's own workspace may use it."
OUTSIDERS = [("guest", NO_GUESTS), ("stranger", NO_STRANGERS)]
LOOKING = ["help", "qr list 8613800001234", "waba", "profile 8613800001234", "watches"]
ACTING = ["qr create 8613800001234 Hello", "watch cams-demo2", "unwatch cams-demo2"]


@pytest.mark.parametrize("line", LOOKING)
async def test_everybody_in_the_workspace_may_look(world: World, line: str) -> None:
    await world.says("viewer", f"/cams {line}")
    row = await world.audited(line.removesuffix(" 8613800001234"))

    assert (row.allowed, row.outcome) == (True, "ok")


@pytest.mark.parametrize("line", [*ACTING, "qr create"])
async def test_a_viewer_may_not_act(world: World, line: str) -> None:
    message = await world.says("viewer", f"/cams {line}")

    assert shown(message).startswith(NEEDS_OPERATOR)
    assert not world.calls()


@pytest.mark.parametrize("name", ["viewer", "operator"])
async def test_only_an_admin_may_have_codes_sent(world: World, name: str) -> None:
    message = await world.says(name, "/cams verify 8613800001234")

    assert shown(message).startswith(NEEDS_ADMIN)
    assert world.person(name).view() is None


async def test_an_admin_may_do_what_an_operator_may(world: World) -> None:
    number = world.new_number()
    message = await world.says("admin", f"/cams qr create {number.digits} Hello")

    assert len(message.files) == 1


@pytest.mark.parametrize(("name", "words"), OUTSIDERS)
@pytest.mark.parametrize("line", [*LOOKING, *ACTING, "verify 8613800001234", "nonsense"])
async def test_guests_and_strangers_may_do_nothing(world: World, name: str, words: str, line: str) -> None:
    message = await world.says(name, f"/cams {line}")

    assert shown(message).startswith(words)
    assert not world.calls()


@pytest.mark.parametrize(("name", "words"), [("viewer", NEEDS_OPERATOR), *OUTSIDERS])
async def test_a_form_is_refused_to_who_sends_it_without_the_role(world: World, name: str, words: str) -> None:
    number = world.new_number()
    view = _hand_over(world, await world.opens("operator", f"/cams qr create {number.digits}"), name)
    result = await world.sends(name, view, message="Hello", channel=world.channel_id)

    assert shown(result).startswith(words)
    assert not world.calls()


@pytest.mark.parametrize(("name", "words"), [("viewer", NEEDS_ADMIN), ("operator", NEEDS_ADMIN), *OUTSIDERS])
async def test_the_confirm_page_is_refused_to_who_sends_it_without_the_role(
    world: World, name: str, words: str
) -> None:
    number = world.new_number()
    form = await world.opens("admin", f"/cams verify {number.digits}")
    page = _hand_over(world, await world.sends("admin", form), name)
    result = await world.sends(name, page)

    assert shown(result).startswith(words)
    assert not world.calls()


@pytest.mark.parametrize(("name", "words"), OUTSIDERS)
async def test_a_form_that_only_looks_is_refused_to_outsiders(world: World, name: str, words: str) -> None:
    view = _hand_over(world, await world.opens("viewer", "/cams profile"), name)
    result = await world.sends(name, view, phone="+8613800001234")

    assert shown(result).startswith(words)
    assert not world.calls()


@pytest.mark.parametrize(("name", "words"), [("viewer", NEEDS_ADMIN), *OUTSIDERS])
async def test_the_way_back_from_the_confirm_page_is_refused_without_the_role(
    world: World, name: str, words: str
) -> None:
    form = await world.opens("admin", f"/cams verify {world.new_number().digits}")
    page = _hand_over(world, await world.sends("admin", form), name)
    done(await world.person(name).press(page, "form.back"))
    result = await world.settled(name, page)

    assert shown(result).startswith(words)


async def test_a_viewer_may_list_codes_but_not_post_their_pictures(world: World) -> None:
    number = world.new_number()
    number.add_qr_code("Hello", "PNG")
    page = await world.says("viewer", f"/cams qr list {number.digits}")
    answer = await world.next_message("viewer", lambda: world.person("viewer").press(page, "qr.post:1"))

    assert shown(answer).startswith(NEEDS_OPERATOR)
    assert world.calls() == 1


@pytest.mark.parametrize(("name", "words"), OUTSIDERS)
@pytest.mark.parametrize("action_id", ["waba.refresh", "share", "qr.page:next", "qr.post:1"])
async def test_no_button_works_for_guests_and_strangers(world: World, name: str, words: str, action_id: str) -> None:
    message = _with_button(world, action_id)
    answer = await world.next_message(name, lambda: world.person(name).press(message, action_id))

    assert shown(answer).startswith(words)
    assert not world.calls()


async def test_a_viewer_may_refresh(world: World) -> None:
    message = _with_button(world, "waba.refresh")
    answer = await world.next_message("viewer", lambda: world.person("viewer").press(message, "waba.refresh"))

    assert "Mira & Söhne <GmbH>" in shown(answer)


@pytest.mark.parametrize(
    ("name", "shortcut", "words"),
    [
        ("viewer", "create_qr", NEEDS_OPERATOR),
        ("guest", "create_qr", NO_GUESTS),
        ("guest", "check_waba", NO_GUESTS),
        ("stranger", "create_qr", NO_STRANGERS),
        ("stranger", "check_waba", NO_STRANGERS),
    ],
)
async def test_a_shortcut_without_the_role_is_refused_in_words(
    world: World, name: str, shortcut: str, words: str
) -> None:
    answer = await world.next_message(name, lambda: world.person(name).shortcut(shortcut), "DM")

    assert shown(answer).startswith(words)
    assert world.person(name).view() is None


@pytest.mark.parametrize("name", ["viewer", "operator", "guest", "stranger"])
async def test_the_list_of_languages_is_empty_without_the_role(world: World, name: str) -> None:
    view = _hand_over(world, await world.opens("admin", "/cams verify"), name)

    assert await world.person(name).options(view, "verify.language", "german") == []


@pytest.mark.parametrize("kind", ["error", "server_error", "cut_before"])
async def test_somebody_of_whom_slack_tells_nothing_may_do_nothing(world: World, kind: Kind) -> None:
    user = world.newcomer()
    world.slack.faults.add(Fault(kind, "users.info"))
    message = await world.says(user.name, "/cams waba")

    assert "so nothing was done." in shown(message)
    assert not world.calls()


def _hand_over(world: World, view: View, name: str) -> View:
    """Put somebody's form before somebody else, as after a change of roles or by a forgery."""
    user = world.person(name).user
    return world.slack.workspace.modals.open(user.id, dict(view.body), view.channel)


def _with_button(world: World, action_id: str) -> Message:
    values = {
        "waba.refresh": "cams-demo3",
        "share": '{"route": "waba", "space": "cams-demo3"}',
        "qr.page:next": '{"phone": "8613800001234", "space": "", "page": "1"}',
        "qr.post:1": '{"phone": "8613800001234", "space": "", "code": "HARBOUR0COFFEE"}',
    }
    text = {"type": "plain_text", "text": "Press"}
    button = {"type": "button", "action_id": action_id, "text": text, "value": values[action_id]}
    row = {"type": "actions", "block_id": "row", "elements": [button]}
    workspace = world.slack.workspace
    bot = workspace.app
    return workspace.timeline.post(world.channel_id, bot.user, "A message", blocks=[row], bot_id=bot.bot_id)
