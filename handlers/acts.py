"""What happens between an ack and an answer, for every command, form, shortcut and button alike.

    permission -> words or form -> channel -> handler -> answer -> one audit row

Nothing here raises: whatever goes wrong becomes a sentence for who asked.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from time import monotonic

import structlog
from slack_sdk.errors import SlackApiError

from bot import access, audit, blocks, channels
from bot.access import Role
from bot.blocks import Block
from bot.cams.client import Call
from bot.cams.errors import CamsError, CamsUnknownOutcomeError
from bot.errors import AccessDeniedError, FieldErrors, UnknownOutcomeError, UserError
from bot.services import Services
from bot.slack import error_code
from bot.store import AuditEntry
from handlers import modals
from handlers.answers import Answers, Request
from handlers.errors import explain
from handlers.modals import Form
from handlers.routes import Ask, Reply, Route, Routes
from handlers.words import Understood, typed

log = structlog.get_logger()
GONE_TRIGGER = {"expired_trigger_id", "exchanged_trigger_id"}
SHARE = "share"
# Slack waits three seconds for an ack, less its way here and back.
ACK_SECONDS = 2.0
# Within five seconds whoever asked reads something, if only that CAMS is slow.
PATIENCE_SECONDS = 4.7


@dataclass
class Outcome:
    """What the audit row will say."""

    act: str
    target: str = ""
    allowed: bool = True
    said: str = "ok"


class Acts:
    """Carries out what was asked for."""

    def __init__(self, routes: Routes, services: Services) -> None:
        self.routes = routes
        self._services = services
        self._answers = Answers(services.slack, services.register)

    def is_me(self, user_id: str) -> bool:
        """Whether this is the bot's own user."""
        return user_id == self._services.slack.me.user_id

    async def channel(self, kind: str, channel_id: str, name: str, event_ts: str) -> None:
        """Take in what became of a channel; nobody has asked, so nobody is answered."""
        try:
            await channels.heard(self._services, kind, channel_id, name, event_ts)
        except Exception:
            log.exception("an event of a channel was lost", kind=kind, channel=channel_id)

    async def command(self, request: Request, text: str) -> None:
        """Answer a slash command, whose words may lack something or be wrong."""

        async def work(outcome: Outcome) -> None:
            await self._permit(request, Role.VIEWER, outcome)
            route, rest = self.routes.find(typed(text))
            understood = self._meant(route.reads(rest))
            outcome.act, outcome.target = route.name, _target(understood.values)
            await self._permit(request, route.requires, outcome)
            await self._answer_words(request, route, understood, outcome)

        await self._act(request, Outcome("unknown"), work)

    async def shortcut(self, request: Request, name: str) -> None:
        """Open the form of a shortcut."""
        route = self.routes.shortcuts[name]

        async def work(outcome: Outcome) -> None:
            await self._permit(request, route.requires, outcome)
            await self._open(request, route, {}, {}, outcome)

        await self._act(request, Outcome(route.name), work)

    async def submission(self, request: Request, route: Route, values: Mapping[str, str]) -> None:
        """Do what a form was sent for; its values are checked already."""

        async def work(outcome: Outcome) -> None:
            await self._permit(request, route.requires, outcome)
            try:
                await self._run(request, route, values)
            except (UserError, CamsError) as exc:
                # Nothing was done, so the form comes back as it was sent; a write that may have been done does not.
                if route.form is None or isinstance(exc, CamsUnknownOutcomeError):
                    raise
                outcome.said = _short(exc)
                errors, notice = (exc.errors, "") if isinstance(exc, FieldErrors) else ({}, explain(exc))
                await self._answers.ask_again(request, route.form, values, errors, notice)

        await self._act(request, Outcome(route.name, _target(values)), work)

    async def press(self, request: Request, name: str, value: str) -> None:
        """Do what a button is for."""

        async def work(outcome: Outcome) -> None:
            values = json.loads(value) if value.startswith("{") else {"value": value}
            route = self.routes.commands[values.pop("route")] if name == SHARE else self.routes.presses[name]
            outcome.act, outcome.target = f"{SHARE} {route.name}" if name == SHARE else name, _target(values)
            await self._permit(request, route.requires, outcome)
            if name != SHARE:
                await self._run(request, route, values)
                return
            reply = await self._reply(request, replace(route, posts=True), values)
            await self._answers.publish(request.channel_id, reply)

        await self._act(request, Outcome(name), work)

    def answers_press(self, name: str) -> bool:
        """Whether a button is ours to answer; one that only opens an address is not."""
        return name == SHARE or name in self.routes.presses

    async def options(self, request: Request, name: str, text: str) -> list[Block]:
        """Return what a list offers for what was typed; nothing to who may not see it, and then a row tells."""
        offered = self.routes.lists[name]
        refused = await self._refused_at_once(request, offered.requires, Outcome(name))
        return [] if refused else offered.answer(text, self._services.register)

    async def confirm(self, request: Request, route: Route, form: Form, values: Mapping[str, str]) -> Block:
        """Return the page that says what will happen, or why it will not for who may not do it."""
        refused = await self._refused_at_once(request, route.requires, Outcome(route.name, _target(values)))
        if refused:
            return modals.result_view(form.title, [blocks.prose(refused)], request.channel_id)
        shown = route.confirm(values) if route.confirm else []
        return form.confirm_view(values, request.channel_id, shown)

    async def back(self, request: Request, form_id: str, values: Mapping[str, str]) -> None:
        """Go back from the second page of a form to the first."""
        route = self.routes.forms[form_id]

        async def work(outcome: Outcome) -> None:
            await self._permit(request, route.requires, outcome)
            if route.form:
                await self._answers.ask_again(request, route.form, values, {}, "")
            outcome.said = "form opened"

        await self._act(request, Outcome(route.name, _target(values)), work)

    async def _refused_at_once(self, request: Request, role: Role, outcome: Outcome) -> str:
        """Say why somebody may not, in time for an ack, and write the row; empty for who may."""
        try:
            async with asyncio.timeout(ACK_SECONDS):
                await self._permit(request, role, outcome)
        except (UserError, TimeoutError) as exc:
            outcome.said = _short(exc)
            await self._write(request, outcome, [], 0.0)
            return explain(exc) if isinstance(exc, UserError) else "Slack did not say in time who you are. Try again."
        return ""

    async def _act(self, request: Request, outcome: Outcome, work: Callable[[Outcome], Awaitable[None]]) -> None:
        began = monotonic()
        with audit.recording() as calls:
            try:
                await work(outcome)
            except Exception as error:  # noqa: BLE001 - the one place where an exception becomes a sentence
                outcome.said = _short(error)
                await self._refuse(request, error)
        await self._write(request, outcome, calls, monotonic() - began)

    async def _refuse(self, request: Request, error: Exception) -> None:
        try:
            await self._answers.tell(request, explain(error))
            if isinstance(error, UnknownOutcomeError) and error.then:
                await error.then()
        except Exception as lost:  # noqa: BLE001 - there is nobody left to tell
            log.warning("an answer could not be given", entry=request.entry, error=_short(lost))

    async def _permit(self, request: Request, role: Role, outcome: Outcome) -> None:
        outcome.allowed = False
        person = await self._services.people.person(request.user_id, request.team_id)
        settings = self._services.settings
        decision = access.decide(person, role, settings.operators, settings.admins)
        if not decision.allowed:
            raise AccessDeniedError(decision.reason)
        outcome.allowed = True

    def _meant(self, understood: Understood) -> Understood:
        """Put the ID of a space where its name was typed."""
        if "space" not in understood.values:
            return understood
        space = self._services.register.meant(understood.values["space"])
        return replace(understood, values={**understood.values, "space": space})

    async def _answer_words(self, request: Request, route: Route, understood: Understood, outcome: Outcome) -> None:
        if route.form is None:
            await self._run(request, route, understood.values)
            return
        given = understood.values
        checked, errors = route.form.check({"channel": request.channel_id, **given})
        errors = {**understood.unsure, **errors}
        if not errors and not route.confirm:
            try:
                await self._run(request, route, checked)
            except FieldErrors as exc:
                errors = exc.errors
            else:
                return
        # Whoever gave no words asks for the form; it need not begin with reproaches.
        await self._open(request, route, given, errors if given else {}, outcome)

    async def _open(
        self, request: Request, route: Route, filled: Mapping[str, str], errors: Mapping[str, str], outcome: Outcome
    ) -> None:
        if route.form:
            await self._show(request, route.form, filled, errors)
            outcome.said = "form opened"

    async def _show(self, request: Request, form: Form, filled: Mapping[str, str], errors: Mapping[str, str]) -> None:
        try:
            await self._answers.open(request, form, filled, errors)
        except SlackApiError as exc:
            if error_code(exc) not in GONE_TRIGGER:
                raise
            raise UserError("Slack gave up on the form before it could open. Nothing was done; try again.") from exc

    async def _run(self, request: Request, route: Route, values: Mapping[str, str]) -> None:
        reply = await self._reply(request, route, values)
        if reply.opens:
            await self._show(request, reply.opens.form, reply.opens.filled, {})
            return
        await self._answers.give(request, route, reply, values.get("channel") or request.channel_id, values)
        if reply.then:
            await reply.then()

    async def _reply(self, request: Request, route: Route, values: Mapping[str, str]) -> Reply:
        channel_id = values.get("channel") or request.channel_id
        if route.posts:
            await self._services.slack.enter(channel_id)
        return await self._in_time(request, route.answer(Ask(request.user_id, channel_id, values), self._services))

    async def _in_time(self, request: Request, answer: Awaitable[Reply]) -> Reply:
        """Wait for an answer, and say that it takes longer where it does: nobody shall look at nothing."""
        working = asyncio.ensure_future(answer)
        try:
            if not (await asyncio.wait({working}, timeout=PATIENCE_SECONDS))[0]:
                await self._answers.soothe(request)
            return await working
        except asyncio.CancelledError:
            working.cancel()
            raise

    async def _write(self, request: Request, outcome: Outcome, calls: list[Call], seconds: float) -> None:
        row = AuditEntry(
            at=self._services.clock(),
            user_id=request.user_id,
            team_id=request.team_id,
            channel_id=request.channel_id,
            entry=request.entry,
            act=outcome.act,
            target=outcome.target,
            allowed=outcome.allowed,
            outcome=outcome.said,
            request_id=calls[-1].request_id if calls else "",
            duration_ms=round(seconds * 1000),
        )
        log.info("an act", entry=row.entry, act=row.act, user=row.user_id, allowed=row.allowed, outcome=row.outcome)
        try:
            await self._services.store.audit(row)
        except Exception:
            # The work itself is done, so the log has to do.
            log.exception("an audit row could not be written", row=row)


def _target(values: Mapping[str, str]) -> str:
    names = ("phone", "space", "code", "method", "language", "value", "chosen")
    return " ".join(f"{name}={values[name]}" for name in names if values.get(name))


def _short(error: Exception) -> str:
    code = error.code if isinstance(error, CamsError) else error_code(error) if isinstance(error, SlackApiError) else ""
    return f"{type(error).__name__} {code}".strip()
