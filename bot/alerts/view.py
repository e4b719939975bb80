"""The card of a WABA, and what is said of it while it stays open. Pure: values in, messages out.

What a press of its buttons does is in `handlers/alerts.py`; a select has no value of its own, so the card's ID stands
behind the colon of its action_id.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from bot import blocks
from bot.alerts.acting import SNOOZES, UNSNOOZE
from bot.alerts.message import Message
from bot.alerts.runbook import CHECKLIST
from bot.alerts.words import MODES, console_button, lasting, moment, name_of, person, place, status_of
from bot.blocks import Block, Part
from bot.statuses import is_well, meaning
from bot.store import Card, CardAct

ACTS_SHOWN = 5
ENDED = "This card is closed: later changes are not shown on it."
ACT_WORDS = {
    "ack": "acknowledged it",
    "unack": "took the acknowledgement back",
    "refresh": "looked again",
    "unsnooze": "ended the snooze",
    "unwatch": "stopped the alerts of it to this channel",
}
ACT_EMOJI = {"ack": "eyes", "assign": "bust_in_silhouette", "snooze": "zzz"}


def card(told: Card, acts: Sequence[CardAct]) -> Message:
    """Return the message of a card; `acts` are all that people did with it, the oldest first."""
    shown = _closed(told) if told.state == "closed" else _open(told)
    return Message(blocks.escape(sentence(told)), [*shown, *_people(acts), _buttons(told)])


def sentence(told: Card) -> str:
    """Say everything of a card in one sentence, as in its notification."""
    named, status = name_of(told.waba_name, told.space_id), status_of(told.status)
    if told.state == "closed" and not is_well(told.status):
        return f"{named}: {status}. {ENDED}"
    if told.state == "closed":
        return f"{named}: all is well, {status} since {moment(told.status_since)} after {_lasted(told)}."
    held = "acknowledged" if told.acked_by else "acknowledged by nobody yet"
    return (
        f"{named}: {status_of(told.before)} → {status} since {moment(told.status_since)}, {held}. "
        f"{meaning(told.status).sending} {meaning(told.status).next_step}"
    )


def assigned(told: Card, by: str) -> Message:
    """Return the line that tells somebody that a card is theirs now."""
    said = f"{name_of(told.waba_name, told.space_id)} ({status_of(told.status)}) was assigned."
    row: list[Part] = [
        blocks.emoji(ACT_EMOJI["assign"]),
        " ",
        person(told.assigned_to),
        ", this is yours now; ",
        person(by),
        " assigned it to you.",
    ]
    return Message(blocks.escape(said), [blocks.lines(row)])


def reminder(told: Card, nth: int) -> Message:
    """Return the `nth` reminder, from 1, for the thread of a card that nobody has acknowledged."""
    named, status = name_of(told.waba_name, told.space_id), status_of(told.status)
    said = f"Still {status}, and nobody has acknowledged it: {named}."
    row: list[Part] = [
        blocks.emoji("bell"),
        f" Still {status} since ",
        blocks.date(told.status_since),
        ", and nobody has acknowledged it. ",
        *(["It is assigned to ", person(told.assigned_to), ". "] if told.assigned_to else []),
        meaning(told.status).next_step,
    ]
    return Message(blocks.escape(said), [blocks.lines(row), blocks.context(f"Reminder {nth}"), _to_hold(told)])


def snooze_over(told: Card) -> Message:
    """Return what is said in the thread of a card when its snooze is over."""
    named, status = name_of(told.waba_name, told.space_id), status_of(told.status)
    said = f"The snooze is over, and {named} is still {status}."
    row: list[Part] = [
        blocks.emoji("alarm_clock"),
        " The snooze of ",
        person(told.snoozed_by),
        f" is over. Still {status} since ",
        blocks.date(told.status_since),
        ". ",
        *(["It is assigned to ", person(told.assigned_to), ". "] if told.assigned_to else []),
        meaning(told.status).next_step,
    ]
    return Message(blocks.escape(said), [blocks.lines(row), _to_hold(replace(told, snoozed_by=""))])


def escalation(told: Card, mention: str) -> Message:
    """Return the call for somebody else: a user (U…, W…) or a user group (S…)."""
    named, status = name_of(told.waba_name, told.space_id), status_of(told.status)
    said = f"{named} is {status} since {moment(told.status_since)}, and nobody has acknowledged it."
    called: Part = {"type": "usergroup", "usergroup_id": mention} if mention.startswith("S") else person(mention)
    row: list[Part] = [
        blocks.emoji("rotating_light"),
        " ",
        called,
        " ",
        blocks.bold(f"{named} is {status}"),
        " since ",
        blocks.date(told.status_since),
        ", and nobody has acknowledged it. ",
        meaning(told.status).sending,
    ]
    facts = blocks.facts([("WABA", blocks.code(told.waba_id)), ("Space", blocks.code(told.space_id))])
    return Message(blocks.escape(said), [blocks.lines(row), facts, _to_hold(told)])


def stuck(told: Card) -> Message:
    """Return the checklist for a review that does not come to an end."""
    named, status = name_of(told.waba_name, told.space_id), status_of(told.status)
    said = f"{named} has been {status} for longer than a review takes as a rule. Check what it may be stuck on."
    rows: list[list[Part]] = [[blocks.emoji("white_large_square"), f" {item}"] for item in CHECKLIST]
    head: list[Part] = [
        blocks.emoji("hourglass_flowing_sand"),
        " ",
        blocks.bold(f"{status} since "),
        blocks.date(told.status_since),
        ", longer than a review takes as a rule. Check that all of this is so; reviews get stuck where it is not:",
    ]
    return Message(blocks.escape(said), [blocks.lines(head, *rows), blocks.actions(_meaning(told), console_button())])


def _open(told: Card) -> list[Block]:
    means = meaning(told.status)
    return [
        blocks.header(f"{name_of(told.waba_name, told.space_id)}: {status_of(told.before)} → {status_of(told.status)}"),
        blocks.lines(
            [blocks.emoji(means.emoji), " ", blocks.bold(means.sending), f" {means.words}"],
            [blocks.bold("What to do:"), " ", means.next_step],
        ),
        _facts(told),
    ]


def _closed(told: Card) -> list[Block]:
    if not is_well(told.status):
        named = name_of(told.waba_name, told.space_id)
        who = [f"{ENDED} ", blocks.code(f"/cams why {told.space_id}"), " says who is told of them."]
        return [blocks.header(f"{named}: {status_of(told.status)}, card closed"), blocks.lines(who), _facts(told)]
    return [
        blocks.header(f"{name_of(told.waba_name, told.space_id)}: all is well again"),
        blocks.lines(
            [
                blocks.emoji("white_check_mark"),
                " ",
                blocks.bold(status_of(told.status)),
                " since ",
                blocks.date(told.status_since),
                f", after {_lasted(told)}. {meaning(told.status).sending}",
            ]
        ),
        _facts(told),
    ]


def _lasted(told: Card) -> str:
    return lasting((told.closed_at or told.status_since) - told.opened_at)


def _facts(told: Card) -> Block:
    held: list[tuple[str, Part | Sequence[Part]]] = [
        ("Was", status_of(told.before)),
        ("Since", blocks.date(told.status_since)),
        ("Changes", str(told.changes)),
        ("WABA", blocks.code(told.waba_id)),
        ("Space", blocks.code(told.space_id)),
    ]
    if told.acked_by:
        held.append(("Acknowledged by", [person(told.acked_by), *_at(told.acked_at)]))
    if told.assigned_to:
        held.append(("Assigned to", person(told.assigned_to)))
    if told.snoozed_to_change or told.snoozed_until:
        until: Part = blocks.date(told.snoozed_until) if told.snoozed_until else "the next change"
        held.append(("Snoozed until", [until, " by ", person(told.snoozed_by)]))
    return blocks.facts(held)


def _at(when: datetime | None) -> list[Part]:
    return [", ", blocks.date(when)] if when else []


def _people(acts: Sequence[CardAct]) -> list[Block]:
    rows = [_act(one) for one in acts[-ACTS_SHOWN:]]
    return [blocks.lines(*rows)] if rows else []


def _act(one: CardAct) -> list[Part]:
    head: list[Part] = [blocks.emoji(ACT_EMOJI.get(one.act, "pencil2")), " ", person(one.user_id), " "]
    return [*head, *act_words(one), ", ", blocks.date(one.at)]


def act_words(one: CardAct) -> list[Part]:
    """Say what somebody did with a card."""
    if one.act == "assign":
        return ["assigned it to ", person(one.detail)]
    if one.act == "watch":
        return ["had its alerts sent to ", place(one.detail)]
    if one.act == "mode":
        return [f"chose for this channel: {MODES.get(one.detail, 'another way')}"]
    if one.act == "snooze":
        return ["snoozed it until ", _until(one.detail)]
    return [ACT_WORDS.get(one.act, one.act)]


def _until(detail: str) -> Part:
    try:
        until = datetime.fromisoformat(detail)
    except ValueError:
        return "the next change"
    return blocks.date(until)


def _buttons(told: Card) -> Block:
    look = [blocks.button("Refresh now", "card.refresh", str(told.id))]
    if told.state == "closed":
        return blocks.actions(*look)
    shown = [_ack(told), _assign(told), _snooze(told), *look, _meaning(told), console_button()]
    # A select keeps what was chosen, and choosing it again says nothing, unless its block is another one.
    return {**blocks.actions(*shown), "block_id": f"card-{told.id}-{told.version}"}


def _to_hold(told: Card) -> Block:
    return blocks.actions(_ack(told), _snooze(told), _meaning(told))


def _ack(told: Card) -> Block:
    if told.acked_by:
        return blocks.button("Undo acknowledge", "card.unack", str(told.id))
    return blocks.button("Acknowledge", "card.ack", str(told.id), style="primary")


def _assign(told: Card) -> Block:
    chosen = {"initial_user": told.assigned_to} if told.assigned_to else {}
    placeholder = blocks.plain("Assign to…", blocks.BUTTON_MAX)
    return {"type": "users_select", "action_id": f"card.assign:{told.id}", "placeholder": placeholder, **chosen}


def _snooze(told: Card) -> Block:
    offered = [blocks.option(value, one.words) for value, one in SNOOZES.items()]
    if told.snoozed_by:
        offered.append(blocks.option(UNSNOOZE, "End the snooze"))
    placeholder = blocks.plain("Snooze…", blocks.BUTTON_MAX)
    return {
        "type": "static_select",
        "action_id": f"card.snooze:{told.id}",
        "placeholder": placeholder,
        "options": offered,
    }


def _meaning(told: Card) -> Block:
    return blocks.button("What does this mean?", "card.meaning", str(told.id))
