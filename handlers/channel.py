"""`/cams channel`: how a channel wants its alerts."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta
from functools import cache, partial
from typing import cast
from zoneinfo import available_timezones

from bot import blocks
from bot.access import Role
from bot.alerts.hours import DIGEST_AT
from bot.alerts.words import MODES, USER, lasting, person
from bot.blocks import Block, Part
from bot.errors import FieldErrors, UserError
from bot.register import Register
from bot.services import Services
from bot.store import Channel, Mode
from handlers.fields import OPTIONS_MAX
from handlers.modals import Field, Form
from handlers.routes import Ask, Opening, Reply, Router

router = Router()
MINUTES_MAX = 7 * 24 * 60
GROUP = re.compile(r"(?:<!subteam\^)?(S[A-Z0-9]{2,20})(?:\|[^>]*)?>?")


def _mode_element(value: str, _register: Register) -> Block:
    options = [blocks.option(mode, words) for mode, words in MODES.items()]
    chosen = next((one for one in options if one["value"] == value), options[0])
    return {"type": "radio_buttons", "options": options, "initial_option": chosen}


def _check_mode(value: str) -> str:
    if value not in MODES:
        raise UserError("Choose one of the three.")
    return value


@cache
def _zones() -> tuple[str, ...]:
    # A machine without a database of time zones knows UTC all the same.
    return tuple(sorted({"UTC", *available_timezones()}))


def zones(typed: str, _register: Register) -> list[Block]:
    """The time zones with what was typed in their names."""
    wanted = typed.strip().casefold().replace(" ", "_")
    found = [zone for zone in _zones() if wanted in zone.casefold()]
    found.sort(key=lambda zone: not zone.casefold().rpartition("/")[2].startswith(wanted))
    return [blocks.option(zone, zone) for zone in found[:OPTIONS_MAX]]


def _zone_element(value: str, _register: Register) -> Block:
    chosen = value if value in _zones() else "UTC"
    return {"type": "external_select", "min_query_length": 0, "initial_option": blocks.option(chosen, chosen)}


def _check_zone(value: str) -> str:
    if value not in _zones():
        raise UserError("Choose a time zone from the list, like Asia/Singapore.")
    return value


def _time_element(example: str) -> Callable[[str, Register], Block]:
    def element(value: str, _register: Register) -> Block:
        return _text(value, example)

    return element


def _text(value: str, example: str) -> Block:
    initial = {"initial_value": blocks.shorten(value, 100)} if value.strip() else {}
    return {"type": "plain_text_input", "placeholder": blocks.plain(example, blocks.OPTION_MAX), **initial}


def _check_time(value: str) -> str:
    hours, _, minutes = value.partition(":")
    try:
        return f"{time(int(hours), int(minutes)):%H:%M}"
    except ValueError:
        raise UserError("Write a time of day as HH:MM, like 09:00, or leave it empty for never.") from None


def _minutes_element(value: str, _register: Register) -> Block:
    return _text(value, "60")


def _check_minutes(value: str) -> str:
    if not (value.isascii() and value.isdigit() and int(value) <= MINUTES_MAX):
        raise UserError(f"Write a number of minutes, up to {MINUTES_MAX}; 0 for never.")
    return str(int(value))


def _user_element(value: str, _register: Register) -> Block:
    return {"type": "users_select", **({"initial_user": value} if USER.fullmatch(value) else {})}


def _check_user(value: str) -> str:
    return value


def _group_element(value: str, _register: Register) -> Block:
    return _text(value, "S0123ABCD")


def _check_group(value: str) -> str:
    found = GROUP.fullmatch(value)
    if not found:
        raise UserError("Write the ID of a user group, like S0123ABCD. Slack shows it in the address of the group.")
    return found.group(1)


DIGEST_HINT = f"Leave it empty for never, or for {DIGEST_AT} where a digest is all that comes."
NO_GROUP = (
    "Slack knows no user group with this ID, so nobody would be called. Slack shows it in the address of the group."
)
CHANNEL = Form(
    "channel",
    "Alerts of this channel",
    "Save",
    (
        Field("mode", "Alerts come as", _check_mode, _mode_element, default="card"),
        Field("time_zone", "Time zone", _check_zone, _zone_element, default="UTC", options=zones),
        Field("digest_at", "Daily digest at", _check_time, _time_element("09:00"), hint=DIGEST_HINT, optional=True),
        Field("quiet_from", "Quiet hours from", _check_time, _time_element("22:00"), optional=True),
        Field(
            "quiet_until",
            "Quiet hours until",
            _check_time,
            _time_element("07:00"),
            hint="Reminders wait until then; alerts never do.",
            optional=True,
        ),
        Field(
            "remind_after",
            "Remind after so many minutes without an acknowledgement",
            _check_minutes,
            _minutes_element,
            hint="Of cards only. Later reminders come at growing intervals. 0 for never.",
            default="60",
        ),
        Field(
            "escalate_after",
            "Call somebody else after so many minutes",
            _check_minutes,
            _minutes_element,
            hint="0 for never.",
            default="240",
        ),
        Field("escalate_user", "Whom to call: a person", _check_user, _user_element, optional=True),
        Field("escalate_group", "… or a user group", _check_group, _group_element, optional=True),
    ),
)


@router.command(
    "channel",
    usage="channel",
    does="Set how alerts come to this channel: cards or a digest, quiet hours, reminders",
    requires=Role.OPERATOR,
)
async def show(ask: Ask, services: Services) -> Reply:
    """Open the form with what is set."""
    return Reply("", opens=Opening(CHANNEL, _filled(await services.store.channel(ask.channel_id))))


@router.form(CHANNEL, "channel", requires=Role.OPERATOR)
async def save(ask: Ask, services: Services) -> Reply:
    """Store how the channel wants its alerts; whether it can be posted in is not asked here."""
    _check_together(ask)
    if ask["escalate_group"] and not await services.people.has_group(ask["escalate_group"]):
        raise FieldErrors({"escalate_group": NO_GROUP})
    saved = await services.store.change_channel(ask.channel_id, partial(_changed, ask), by=ask.user_id)
    text = f"Alerts of this channel: {MODES[saved.mode]}."
    return Reply(text, [blocks.lines([blocks.emoji("white_check_mark"), f" {text}"]), blocks.facts(_facts(saved))])


def _check_together(ask: Ask) -> None:
    errors = {}
    if bool(ask["quiet_from"]) != bool(ask["quiet_until"]):
        errors["quiet_until"] = "Give both ends of the quiet hours, or none."
    elif ask["quiet_from"] and ask["quiet_from"] == ask["quiet_until"]:
        errors["quiet_until"] = "Quiet hours that end when they begin are none: leave both empty."
    if ask["escalate_user"] and ask["escalate_group"]:
        errors["escalate_group"] = "Choose a person or a group, not both."
    if errors:
        raise FieldErrors(errors)


def _changed(ask: Ask, channel: Channel) -> Channel:
    # A channel that gets digests only would never be told anything without a time for them.
    digest_at = ask["digest_at"] or (DIGEST_AT if ask["mode"] == "digest" else "")
    return replace(
        channel,
        mode=cast(Mode, ask["mode"]),
        time_zone=ask["time_zone"],
        digest_at=digest_at,
        quiet_from=ask["quiet_from"],
        quiet_until=ask["quiet_until"],
        remind_after=int(ask["remind_after"]),
        escalate_after=int(ask["escalate_after"]),
        escalate_to=ask["escalate_user"] or ask["escalate_group"],
    )


def _filled(channel: Channel) -> dict[str, str]:
    is_group = channel.escalate_to.startswith("S")
    return {
        "mode": channel.mode,
        "time_zone": channel.time_zone,
        "digest_at": channel.digest_at,
        "quiet_from": channel.quiet_from,
        "quiet_until": channel.quiet_until,
        "remind_after": str(channel.remind_after),
        "escalate_after": str(channel.escalate_after),
        "escalate_user": "" if is_group else channel.escalate_to,
        "escalate_group": channel.escalate_to if is_group else "",
    }


def _facts(channel: Channel) -> list[tuple[str, Part | list[Part]]]:
    quiet = f"{channel.quiet_from} to {channel.quiet_until}" if channel.quiet_from else "none"
    return [
        ("Time zone", channel.time_zone),
        ("Daily digest", channel.digest_at or "never"),
        ("Quiet hours", quiet),
        ("Reminders", f"after {_lasting(channel.remind_after)}" if channel.remind_after else "never"),
        ("Escalation", _escalation(channel)),
    ]


def _escalation(channel: Channel) -> list[Part]:
    if not (channel.escalate_to and channel.escalate_after):
        return ["never"]
    to = channel.escalate_to
    called: Part = {"type": "usergroup", "usergroup_id": to} if to.startswith("S") else person(to)
    return [f"after {_lasting(channel.escalate_after)} to ", called]


def _lasting(minutes: int) -> str:
    return lasting(timedelta(minutes=minutes))
