"""What a person can do with an app in Slack."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack import blockkit, forms, replies
from sandbox.slack.deliver import Courier
from sandbox.slack.errors import CannotActError, SlackError
from sandbox.slack.keeper import Keeper
from sandbox.slack.model import SLACKBOT, Channel, Json, Message, State, View
from sandbox.slack.parcels import FAILED, TIMED_OUT, Parcel
from sandbox.slack.payloads import Payloads
from sandbox.slack.tickets import ReplyRight
from sandbox.slack.workspace import Workspace

Where = Message | View


@dataclass(frozen=True)
class Ack:
    """How an act went.

    ok        Slack shows no failure
    payload   what came with the app's acknowledgement
    seconds   from sending to acknowledgement
    problem   why not ok: operation_timeout, dispatch_failed, a complaint of Slack's own client, or an answer that
              Slack could not show
    dialog    the confirm dialog that was shown first
    """

    ok: bool
    payload: Json = field(default_factory=dict)
    seconds: float = 0.0
    problem: str = ""
    dialog: str = ""


class Person(Keeper):
    """A user at the keyboard. Views and messages may be old snapshots: an act meets what is there now."""

    def __init__(self, workspace: Workspace, user_id: str, courier: Courier, payloads: Payloads) -> None:
        super().__init__(workspace, user_id)
        self._courier = courier
        self._payloads = payloads

    async def command(self, line: str, channel: str = "#shop", *, raw: bool = False) -> Ack:
        """Type a slash command; `channel` is a name, an ID, or "DM" for the direct message with the app.

        Slack escapes & < and > in what is typed; `raw` passes the text as it is, for <@U…>, <#C…> and <tel:…>.
        """
        place = self._place(channel)
        command, _, text = line.partition(" ")
        text = text.strip() if raw else _escaped(text.strip())
        payload = self._payloads.slash_command(self.user, place, command, text)
        ack = await self._send(Parcel("slash_commands", payload))
        if not ack.ok:
            self._slackbot(place, _failure(command, ack.problem))
            return ack
        right = ReplyRight(self._user_id, place.id, self._workspace.clock())
        return ack if not ack.payload else _shown(ack, lambda: replies.reply(self._workspace, right, ack.payload))

    async def shortcut(self, callback_id: str) -> Ack:
        """Start a global shortcut."""
        payload = self._payloads.shortcut(self.user, callback_id)
        return await self._send(Parcel("interactive", payload, may_answer=False))

    async def message_shortcut(self, message: Message, callback_id: str) -> Ack:
        """Start a shortcut from the menu of a message."""
        payload = self._payloads.message_action(self.user, self._message_now(message), callback_id)
        return await self._send(Parcel("interactive", payload, may_answer=False))

    async def press(
        self, where: Where, action_id: str, choice: Any = None, *, block_id: str = "", confirm: bool = True
    ) -> Ack:
        """Press a button, or choose in a menu, of a message or a view.

        `choice` is the option (by value, text or itself; several in a list), the date or the text; for a button it
        says which of several with that action_id by its value. A confirm dialog is answered with `confirm`.
        """
        now = self._now(where)
        block, element = self._element(now, action_id, choice, block_id)
        dialog = _dialog(element)
        if dialog and not confirm:
            return Ack(ok=False, problem="cancelled in the confirm dialog", dialog=dialog)
        held = await self._held(now, element, choice) if element["type"] in forms.FIELDS else None
        if held is not None and isinstance(now, View):
            now = self._workspace.modals.type_in(now, _with(now, block, element, held))
        if block["type"] == "input" and not block.get("dispatch_action"):
            return Ack(ok=True)
        action = self._action(block, element, held, choice)
        if isinstance(now, View):
            payload = self._payloads.view_actions(self.user, now, [action])
        else:
            state = forms.first_state(now.blocks)
            if held is not None:
                state = forms.set_field(state, block["block_id"], element["action_id"], held)
            payload = self._payloads.message_actions(self.user, now, [action], state)
        ack = await self._send(Parcel("interactive", payload, may_answer=False))
        return Ack(ack.ok, ack.payload, ack.seconds, ack.problem, dialog)

    async def options(self, where: Where, action_id: str, query: str = "") -> list[Json]:
        """Type into an external select and return the options that come, groups flattened."""
        return forms.options_of(await self.suggestions(where, action_id, query))

    async def suggestions(self, where: Where, action_id: str, query: str = "", *, block_id: str = "") -> Json:
        """Type into an external select and return `options` or `option_groups`; none for a query that is too short.

        Raises CannotActError when the app does not answer or answers with something Slack would not show.
        """
        now = self._now(where)
        block, element = self._element(now, action_id, None, block_id)
        # https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element: three unless said.
        if len(query) < element.get("min_query_length", 3):
            return {"options": []}
        payload = self._payloads.suggestion(self.user, now, block, element, query)
        ack = await self._send(Parcel("interactive", payload))
        if not ack.ok:
            raise CannotActError(f"no options: {ack.problem}")
        if problems := blockkit.option_problems(ack.payload):
            raise CannotActError(f"no options: {'; '.join(problems)}")
        return ack.payload

    async def fill(self, view: View, values: Mapping[str, Any] | None = None, **more: Any) -> View:
        """Put values into fields, by block_id or action_id, without submitting."""
        now = self._view_now(view)
        for name, value in {**(values or {}), **more}.items():
            block, element = _field(now, name)
            held = await self._held(now, element, value)
            now = self._workspace.modals.type_in(now, _with(now, block, element, held))
        return now

    async def submit(self, view: View, values: Mapping[str, Any] | None = None, **more: Any) -> Ack:
        """Fill in fields (by block_id or action_id; others keep what they hold) and submit.

        Slack's client refuses empty required fields and wrong lengths itself; else the app's answer is carried out.
        """
        now = await self.fill(view, values, **more)
        if "submit" not in now.body:
            raise CannotActError(f"the view {now.title!r} has no submit button")
        said = forms.complaints(now.blocks, now.state)
        if said or now.errors:
            now = self._workspace.modals.complain(now, said)
        if said:
            return Ack(ok=False, problem="; ".join(f"{block_id}: {words}" for block_id, words in said.items()))
        payload = self._payloads.view_submission(self.user, now)
        ack = await self._send(Parcel("interactive", payload))
        latest = self._workspace.modals.get(now.id)
        if not ack.ok or latest is None:
            return ack
        return _shown(ack, lambda: replies.answer_submission(self._workspace, latest, ack.payload))

    async def close(self, view: View, *, everything: bool = False) -> Ack:
        """Cancel the view, or with `everything` all that are stacked; the app hears of it if it asked to."""
        now, modals = self._view_now(view), self._workspace.modals
        if everything or now.body.get("clear_on_close"):
            modals.close_all(self._user_id)
        else:
            modals.close_top(self._user_id)
        if not now.body.get("notify_on_close"):
            return Ack(ok=True)
        payload = self._payloads.view_closed(self.user, now, is_cleared=everything)
        return await self._send(Parcel("interactive", payload, may_answer=False))

    async def open_home(self) -> Ack:
        """Open the app's Home tab; the app hears of it as an app_home_opened event."""
        place = self._workspace.direct_channel(self._user_id)
        event = {"type": "app_home_opened", "user": self._user_id, "channel": place.id, "tab": "home"}
        sent = await self._courier.deliver_event(event)
        return Ack(not sent.receipt.problem, sent.receipt.payload, sent.seconds, sent.receipt.problem)

    def say(self, text: str, channel: str = "#shop", thread_ts: str = "") -> Message:
        """Write a message, or with the ts of another a reply in its thread."""
        place = self._place(channel)
        if place.is_archived:
            raise CannotActError(f"#{place.name} is archived")
        begins = self._workspace.timeline.get(place.id, thread_ts)
        if thread_ts and (begins is None or not self._workspace.sees(self.user, begins)):
            raise CannotActError("the message to reply to is not there any more")
        # A reply to a reply goes into the same thread.
        thread = (begins.thread_ts or begins.ts) if begins else ""
        return self._workspace.timeline.post(place.id, self._user_id, _escaped(text), thread_ts=thread)

    async def _send(self, parcel: Parcel) -> Ack:
        sent = await self._courier.deliver(parcel)
        return Ack(not sent.receipt.problem, sent.receipt.payload, sent.seconds, sent.receipt.problem)

    def _slackbot(self, place: Channel, text: str) -> None:
        self._workspace.timeline.post(place.id, SLACKBOT, text, ephemeral_to=self._user_id)

    def _now(self, where: Where) -> Where:
        return self._view_now(where) if isinstance(where, View) else self._message_now(where)

    def _view_now(self, view: View) -> View:
        now = self._workspace.modals.get(view.id)
        if now is None or now.user != self._user_id:
            raise CannotActError(f"the view {view.title!r} is not open any more")
        return now

    def _message_now(self, message: Message) -> Message:
        now = self._workspace.timeline.get(message.channel, message.ts)
        if now is None or not self._workspace.sees(self.user, now):
            raise CannotActError("the message is not there any more, or not for this person")
        return now

    def _element(self, where: Where, action_id: str, choice: Any, block_id: str) -> tuple[Json, Json]:
        found = [
            (block, element)
            for block, element in forms.elements(where.blocks)
            if element["action_id"] == action_id and block_id in {"", block["block_id"]}
        ]
        if len(found) > 1 and choice is not None:
            found = [pair for pair in found if choice in (pair[1].get("value"), pair[1].get("url"))]
        if len(found) == 1:
            return found[0]
        there = [element["action_id"] for _, element in forms.elements(where.blocks)]
        raise CannotActError(f"{len(found)} elements are {action_id!r} ({choice!r}); there are {there}")

    async def _held(self, where: Where, element: Json, given: Any) -> Json:
        offered: Sequence[Json] = forms.options_of(element)
        if "external_select" in element["type"] and isinstance(given, dict):
            offered = [given]
        elif "external_select" in element["type"] and given is not None:
            queries = given if isinstance(given, list) else [given]
            offered = [option for query in queries for option in await self._looked_up(where, element, query)]
        if isinstance(given, str) and given and element["type"] in {"conversations_select", "channels_select"}:
            given = self._place(given).id
        if isinstance(given, str) and given and element["type"] == "users_select":
            given = self._workspace.user_named(given).id
        return forms.value_of(element, forms.chosen(element, given, offered))

    async def _looked_up(self, where: Where, element: Json, query: Any) -> list[Json]:
        if isinstance(query, dict):
            return [query]
        return await self.options(where, element["action_id"], str(query))

    def _action(self, block: Json, element: Json, held: Json | None, choice: Any) -> Json:
        action = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "action_ts": self._workspace.timeline.next_ts(),
        }
        if element["type"] == "overflow":
            chosen = [option for option in element["options"] if choice in (option["value"], option["text"]["text"])]
            if not chosen:
                raise CannotActError(f"no option {choice!r} in the menu {element['action_id']!r}")
            return action | {"selected_option": chosen[0]}
        return action | {key: element[key] for key in ("text", "value", "style") if key in element} | (held or {})


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _failure(command: str, problem: str) -> str:
    if problem == TIMED_OUT:
        return f"{command} failed because the app did not respond. ({TIMED_OUT})"
    return f'{command} failed with the error "{FAILED}"'


def _dialog(element: Json) -> str:
    confirm = element.get("confirm")
    return f"{confirm['title']['text']}\n{confirm['text']['text']}" if confirm else ""


def _field(view: View, name: str) -> tuple[Json, Json]:
    for block, element in forms.elements(view.blocks):
        if name in {block["block_id"], element["action_id"]} and element["type"] in forms.FIELDS:
            return block, element
    there = [block["block_id"] for block, element in forms.elements(view.blocks) if element["type"] in forms.FIELDS]
    raise CannotActError(f"the view {view.title!r} has no field {name!r}; it has {there}")


def _with(view: View, block: Json, element: Json, held: Json) -> State:
    return forms.set_field(view.state, block["block_id"], element["action_id"], held)


def _shown(ack: Ack, show: Callable[[], object]) -> Ack:
    """Carry out an answer; one that Slack could not show makes the act fail."""
    try:
        show()
    except SlackError as refusal:
        problem = f"{refusal.code} {refusal.extra or ''}".strip()
        return Ack(ok=False, payload=ack.payload, seconds=ack.seconds, problem=problem)
    return ack
