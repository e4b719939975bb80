"""The only file that talks Bolt.

    Slack -> listener: check what can be checked at once, ack, start a task, return -> acts
    Slack -> begin, ack: a slash command, which needs nothing of Bolt

Bolt runs with `process_before_response`: returning now sends the ack now, and nothing that the work raises can take it
back. So no listener here waits for anything but what has to ride on the ack: an option list, and the page that asks
to confirm. Both wait for who somebody is, which is known from their last act as a rule.
"""

import asyncio
import json
import re
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.tasks import Tasks
from handlers import modals
from handlers.acts import Acts
from handlers.answers import Request
from handlers.routes import COMMAND, Route

log = structlog.get_logger()
ANYTHING = re.compile(r".*", re.DOTALL)
ABOUT_CHANNELS = re.compile(r"^(channel|group)_\w+$|^member_joined_channel$")
OUR_COMMANDS = re.compile(rf"^{COMMAND}(-\w+)?$")
# Slack does not say when it has shown what an ack carries; this is longer than the two ways there differ.
ACK_SECONDS = 0.2
RESTARTING = "cams-bot is restarting. Nothing was done; try again in a minute."


def connect(app: AsyncApp, acts: Acts, tasks: Tasks) -> Callable[[Mapping[str, Any]], bool]:
    """Let an app's requests reach the acts. Six listeners: Bolt tries them one after another for each request.

    Return what takes the body of a slash command before Bolt does, see `Listeners.begin`.
    """
    listeners = Listeners(acts, tasks)
    app.command(OUR_COMMANDS)(listeners.command)
    app.view(ANYTHING)(listeners.submission)
    app.action(ANYTHING)(listeners.press)
    app.options(ANYTHING)(listeners.options)
    app.shortcut(ANYTHING)(listeners.shortcut)
    app.event(ABOUT_CHANNELS)(listeners.event)
    return listeners.begin


class Listeners:
    """What Bolt calls. The names of the parameters are Bolt's; it injects by them."""

    def __init__(self, acts: Acts, tasks: Tasks) -> None:
        self._acts = acts
        self._tasks = tasks

    def begin(self, body: Mapping[str, Any]) -> bool:
        """Begin a slash command and return whether that was done: who calls then acks it, and Bolt never sees it.

        Not done are another app's command and, while the bot stops, our own; both are for Bolt to answer. What was
        begun is a task that a shutdown waits for, so no command is acked and then lost.
        """
        command = str(body.get("command", ""))
        # Slack tries a request URL's certificate with what may look like a command. Bolt knows what to answer.
        if self._tasks.draining or "ssl_check" in body or not OUR_COMMANDS.search(command):
            return False
        text = f"{command.removeprefix(COMMAND).removeprefix('-')} {body.get('text', '')}".strip()
        self._start(self._acts.command(_request("command", body), text))
        return True

    async def command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        if self.begin(body):
            await ack()
        else:
            await ack(RESTARTING)

    async def shortcut(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        if body["callback_id"] in self._acts.routes.shortcuts:
            self._start(self._acts.shortcut(_request("shortcut", body), body["callback_id"]))

    async def submission(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        view = body["view"]
        form_id, second_page, _ = str(view["callback_id"]).partition(modals.CONFIRMED)
        route = self._acts.routes.forms.get(form_id)
        if route is None or route.form is None:
            await ack()
            log.warning("a form of another version was sent", callback_id=view["callback_id"])
            return
        sent = modals.read(view)
        checked, errors = route.form.check(sent.values)
        if self._tasks.draining:
            errors = {route.form.fields[0].name: RESTARTING}
        if errors:
            await ack(response_action="errors", errors=errors)
        elif route.confirm and not second_page:
            request = _request("submission", body, sent.channel_id)
            await ack(response_action="update", view=await self._acts.confirm(request, route, route.form, checked))
        else:
            await ack(response_action="update", view=modals.loading_view(route.form.title, sent.channel_id))
            self._submit(body, route, sent.channel_id, checked)

    async def press(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        action = body["actions"][0]
        # Slack wants each action_id once in a message; what follows the colon only tells them apart.
        name, request = str(action["action_id"]).partition(":")[0], _request("button", body)
        if name == modals.BACK:
            sent = modals.read(body["view"])
            self._start(self._acts.back(request, modals.form_of(body["view"]), sent.values))
        elif self._acts.answers_press(name):
            self._start(self._acts.press(request, name, _held(action)))

    async def event(self, ack: AsyncAck, event: dict[str, Any]) -> None:
        """Take in what became of a channel. Some events name it, some describe it."""
        await ack()
        channel = event.get("channel")
        described = channel if isinstance(channel, dict) else {"id": channel or ""}
        if event["type"] == "member_joined_channel" and not self._acts.is_me(str(event.get("user", ""))):
            return
        names = str(described.get("id", "")), str(described.get("name", ""))
        self._start(self._acts.channel(event["type"], *names, str(event.get("event_ts", ""))))

    async def options(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        name = str(body["action_id"])
        found: list[dict[str, Any]] = []
        if name in self._acts.routes.lists:
            found = await self._acts.options(_request("options", body), name, str(body.get("value", "")))
        await ack(options=found)

    def _submit(self, body: dict[str, Any], route: Route, channel_id: str, values: Mapping[str, str]) -> None:
        settles = asyncio.get_running_loop().time() + ACK_SECONDS
        request = replace(_request("submission", body, channel_id), view_settles_at=settles)
        self._start(self._acts.submission(request, route, values))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.start(work)


def _held(action: Mapping[str, Any]) -> str:
    """What a press hands over: a button's value; of a select, which has none, what was chosen and what it is of."""
    if action.get("type", "button") == "button":
        return str(action.get("value", ""))
    return json.dumps({"value": str(action["action_id"]).partition(":")[2], "chosen": modals.entered(action)})


def _request(entry: str, body: Mapping[str, Any], channel_id: str = "") -> Request:
    """Read who asks from where: slash commands are flat, all else is nested."""
    view = body.get("view") or {}
    held = modals.read(view).channel_id if view else ""
    return Request(
        entry=entry,
        user_id=str(body.get("user_id") or body.get("user", {}).get("id", "")),
        team_id=_team(body),
        channel_id=str(channel_id or body.get("channel_id") or (body.get("channel") or {}).get("id") or held),
        response_url=str(body.get("response_url", "")),
        trigger_id=str(body.get("trigger_id", "")),
        view_id=str(view.get("id", "")),
    )


def _team(body: Mapping[str, Any]) -> str:
    """The workspace of the person, who may come from another one than the channel's (Slack Connect)."""
    of_person = body.get("user", {}).get("team_id", "") if isinstance(body.get("user"), dict) else ""
    team = body.get("team") or {}
    return str(of_person or body.get("team_id") or team.get("id", ""))
