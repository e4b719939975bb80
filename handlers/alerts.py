"""The buttons, lists and forms of the cards.

press -> act_on_card: the card is changed and the act written down -> the card is shown again, by a job
"""

import re
from datetime import UTC, datetime, timedelta
from functools import partial

from bot import blocks, review
from bot.access import Role
from bot.alerts import acting, flood_view, runbook, view
from bot.alerts.words import name_of, person
from bot.blocks import Block, Part
from bot.cards import waba_sentence
from bot.errors import FieldErrors, UserError
from bot.register import Register
from bot.services import Services
from bot.statuses import is_well
from bot.store import Card, CardChange, NewPost, Say, Swept
from handlers.modals import Field, Form
from handlers.routes import Ask, Opening, Reply, Router

router = Router()
# https://docs.slack.dev/reference/block-kit/block-elements/datetime-picker-element: ten digits.
SECONDS = re.compile(r"[1-9][0-9]{9}")
SNOOZE_MAX = timedelta(days=366)
QUIET = "Nobody is reminded until it gets worse."
QUIET_ALL = "Nobody is reminded of any until it gets worse."
NOTHING_LEFT = "Nothing is left to acknowledge of these: each is acknowledged, is well again, or has changed since."
SEE_OPEN = "`/cams alerts` shows what is open."


def _check_until(value: str) -> str:
    if not SECONDS.fullmatch(value):
        raise UserError("Choose a day and a time.")
    return value


def _until_element(value: str, _register: Register) -> Block:
    return {"type": "datetimepicker", **({"initial_date_time": int(value)} if SECONDS.fullmatch(value) else {})}


UNTIL = Field("until", "Until", _check_until, _until_element, hint="No reminders before then. Changes are told anyway.")
SNOOZE = Form("card_snooze", "Snooze an alert", "Snooze", (UNTIL,), kept=("card",))


@router.press("card.ack", requires=Role.OPERATOR)
async def acknowledge(ask: Ask, services: Services) -> Reply:
    """Let somebody say that they have seen it."""
    decide = partial(acting.acknowledge, ask.user_id, services.clock())
    return await _act(ask, services, "ack", "", decide, f"is acknowledged. {QUIET}")


@router.press("flood.ack", requires=Role.OPERATOR)
async def acknowledge_all(ask: Ask, services: Services) -> Reply:
    """Let somebody say that they have seen all that was told together, as far as it is still so."""
    now, (first, last) = services.clock(), map(int, ask["value"].split("-"))
    decide, write = partial(acting.acknowledge, ask.user_id, now), partial(_all_acknowledged, ask.user_id)
    swept = await services.store.act_on_flood(first, last, ask.user_id, "ack", decide, now, write)
    if swept is None:
        raise UserError("These alerts are not known any more. `/cams alerts` shows those that are open.")
    if not swept.cards:
        raise UserError(f"{NOTHING_LEFT} {SEE_OPEN}")
    count = len(swept.cards)
    said = f" {flood_view.alerts(count)} {'is' if count == 1 else 'are'} acknowledged. {QUIET_ALL}"
    rest = [blocks.prose(f"Changed since, and not acknowledged: {len(swept.moved)}. {SEE_OPEN}")] if swept.moved else []
    return Reply(said.strip(), [blocks.lines([blocks.emoji("white_check_mark"), said]), *rest])


@router.press("card.unack", requires=Role.OPERATOR)
async def unacknowledge(ask: Ask, services: Services) -> Reply:
    """Take that back."""
    return await _act(
        ask, services, "unack", "", acting.unacknowledge, "is not acknowledged any more. Reminders come again."
    )


@router.press("card.assign", requires=Role.OPERATOR)
async def assign(ask: Ask, services: Services) -> Reply:
    """Make somebody the one who looks after it, and tell them in the card's thread."""
    chosen = ask["chosen"]
    if not chosen:
        raise UserError("Nobody was chosen, so nothing was changed.")
    say = partial(_assigned, ask.user_id)
    said: list[Part] = ["is assigned to ", person(chosen), "."]
    return await _act(ask, services, "assign", chosen, partial(acting.assign, chosen), *said, say=say)


@router.press("card.snooze", requires=Role.OPERATOR)
async def snooze(ask: Ask, services: Services) -> Reply:
    """Hold reminders back for the time that was chosen, or ask for one."""
    chosen = ask["chosen"]
    if chosen == acting.OWN_TIME:
        return Reply("", opens=Opening(SNOOZE, {"card": ask["value"]}))
    if chosen == acting.UNSNOOZE:
        return await _act(ask, services, "unsnooze", "", acting.unsnooze, "is not snoozed any more.")
    if chosen not in acting.SNOOZES:
        raise UserError("This time is not offered any more. Choose another one.")
    time = acting.SNOOZES[chosen].time
    return await _snooze(ask, services, services.clock() + time if time else None)


@router.form(SNOOZE, "card.snooze", requires=Role.OPERATOR)
async def snooze_until(ask: Ask, services: Services) -> Reply:
    """Hold reminders back until a time of somebody's own."""
    until = datetime.fromtimestamp(int(ask["until"]), UTC)
    if not services.clock() < until <= services.clock() + SNOOZE_MAX:
        raise FieldErrors({"until": "Choose a time that is still to come, within a year."})
    asked = Ask(ask.user_id, ask.channel_id, {"value": ask["card"]})
    return await _snooze(asked, services, until)


@router.press("card.refresh", requires=Role.VIEWER)
async def refresh(ask: Ask, services: Services) -> Reply:
    """Look again at the WABA of a card. What is new comes into the channel as any change does."""
    card = await _card(ask, services)
    fallback = services.settings.alert_channel
    account = await review.look(services.store, services.cams.get_waba, card.space_id, fallback, services.clock)
    await services.store.act_on_card(card.id, ask.user_id, "refresh", "", acting.refresh, services.clock())
    return Reply(f"Looked again: {waba_sentence(account)}")


@router.press("card.meaning", requires=Role.VIEWER)
async def meaning(ask: Ask, services: Services) -> Reply:
    """Show what a card's status means, and what to do about it."""
    card = await _card(ask, services)
    return Reply(runbook.sentence(card.status), runbook.runbook(card.status))


async def _snooze(ask: Ask, services: Services, until: datetime | None) -> Reply:
    detail = until.isoformat() if until else acting.TO_CHANGE
    said: list[Part] = ["is snoozed until ", blocks.date(until) if until else "the next change", "."]
    return await _act(ask, services, "snooze", detail, partial(acting.snooze, ask.user_id, until), *said)


async def _act(
    ask: Ask, services: Services, act: str, detail: str, decide: CardChange, *said: Part, say: Say | None = None
) -> Reply:
    now = services.clock()
    card = await services.store.act_on_card(int(ask["value"]), ask.user_id, act, detail, decide, now, say)
    if card is None:
        raise UserError(_nothing_done(await _card(ask, services)))
    row = [blocks.emoji("white_check_mark"), f" {_name(card)} ", *said]
    return Reply(f"{_name(card)} {blocks.in_words(said)}", [blocks.lines(row)])


def _nothing_done(card: Card) -> str:
    if card.state == "open":
        return f"Nothing was changed: the card of {_name(card)} is so already."
    if is_well(card.status):
        return f"{_name(card)} is {card.status} again, so there is nothing to do about it any more."
    return f"{_name(card)}: {view.ENDED} `/cams why {card.space_id}` says who is told of them."


def _all_acknowledged(by: str, swept: Swept) -> str:
    return flood_view.acknowledged(by, swept).dumps()


def _assigned(by: str, card: Card, message_id: int | None) -> NewPost:
    return NewPost(
        channel_id=card.channel_id,
        kind="line",
        content=view.assigned(card, by).dumps(),
        parent_id=message_id,
        card_id=card.id,
        key=f"assign:{card.id}:{card.version}",
    )


async def _card(ask: Ask, services: Services) -> Card:
    card = await services.store.card(int(ask["value"]))
    if card is None:
        raise UserError("This alert is not known any more. `/cams alerts` shows those that are open.")
    return card


def _name(card: Card) -> str:
    return name_of(card.waba_name, card.space_id)
