"""What a channel reads of one change. Pure: values in, messages out."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot import blocks
from bot.alerts.message import Message
from bot.alerts.words import console_button, name_of, person, status_of
from bot.blocks import Block, Part
from bot.statuses import meaning
from bot.store import Transition

# From so many changes within the last hour on a WABA is said to flap.
FLAPS = 3
DETAIL_MAX = 300


@dataclass(frozen=True)
class AlarmWords:
    """What is said of a trouble of the bot as a whole."""

    title: str
    emoji: str
    means: str
    is_trouble: bool = True


ALARMS: Mapping[str, AlarmWords] = {
    "key_refused": AlarmWords(
        "CAMS does not accept the AccessKey",
        "rotating_light",
        "Nothing can be asked of CAMS until whoever runs this bot gives it a key that works: no command, no review "
        "status. The key is tried again every 30 seconds, a new one at once.",
    ),
    "key_accepted": AlarmWords(
        "CAMS accepts the AccessKey again", "white_check_mark", "Everything works again.", is_trouble=False
    ),
    "cams_silent": AlarmWords(
        "CAMS does not answer",
        "rotating_light",
        "Review changes are not seen until it does, and commands are refused at once. It is tried every 5 seconds.",
    ),
    "cams_answers": AlarmWords(
        "CAMS answers again", "white_check_mark", "Every watched space is looked at right now.", is_trouble=False
    ),
    "push_silent": AlarmWords(
        "CAMS has stopped pushing",
        "warning",
        "No change is missed, for the polls find them, but later. Whoever runs this bot should look at BOT_PUBLIC_URL "
        "and at the way from CAMS to it, and set the address anew with `/cams callback`.",
    ),
    "outbox_late": AlarmWords(
        "Alerts wait to be posted",
        "warning",
        "None is lost: they are posted, in order, as soon as Slack takes them. `/cams alerts` names what holds them "
        "up.",
    ),
    "outbox_moves": AlarmWords(
        "Alerts are posted in time again", "white_check_mark", "What waited is where it belongs.", is_trouble=False
    ),
    "push_again": AlarmWords(
        "CAMS pushes again", "white_check_mark", "Changes are seen as soon as CAMS tells of them.", is_trouble=False
    ),
}


def change(told: Transition, flaps: int = 0) -> Message:
    """Return a change as a message of its own: what, since when, what it means, what to do.

    `flaps` is how many changes there were within the last hour, this one included.
    """
    said = f"{sentence(told)} {flapping(flaps)}".rstrip()
    return Message(blocks.escape(said), [*_blocks(told), *_flapping_block(flaps)])


def line(told: Transition, flaps: int = 0, unacked: str = "") -> Message:
    """Return a change as one line for the thread of its card.

    `unacked` is who had acknowledged the card, where the change has taken that away.
    """
    said = f"{sentence(told)} {flapping(flaps)}".rstrip()
    row: list[Part] = [blocks.emoji(_emoji(told)), f" {said} Seen ", blocks.date(told.seen_at), "."]
    if unacked:
        row += [" It got worse, so the acknowledgement of ", person(unacked), " does not count any more."]
    return Message(blocks.escape(said), [blocks.lines(row)])


def sentence(told: Transition) -> str:
    """Say a change in one sentence."""
    if told.kind == "review":
        named = name_of(told.waba_name, told.space_id)
        return f"{named}: {status_of(told.before)} → {status_of(told.after)}. {meaning(told.after).sending}"
    if told.kind == "poll_failing":
        detail = blocks.shorten(told.detail, DETAIL_MAX)
        return f"The review status of space {told.space_id} cannot be read: {detail}"
    if told.kind in ALARMS:
        return f"{ALARMS[told.kind].title}. {ALARMS[told.kind].means}"
    return f"The review status of space {told.space_id} can be read again."


def flapping(flaps: int) -> str:
    """Say that a WABA flaps, "" where it does not."""
    if flaps < FLAPS:
        return ""
    return f"It is flapping: {flaps} changes within the last hour. More are told together, once it has settled."


def _flapping_block(flaps: int) -> list[Block]:
    said = flapping(flaps)
    return [blocks.lines([blocks.emoji("arrows_counterclockwise"), " ", blocks.bold(said)])] if said else []


def _emoji(told: Transition) -> str:
    if told.kind == "review":
        return meaning(told.after).emoji
    if told.kind in ALARMS:
        return ALARMS[told.kind].emoji
    return "warning" if told.kind == "poll_failing" else "white_check_mark"


def _blocks(told: Transition) -> list[Block]:
    if told.kind == "review":
        return [*_review(told), _buttons(told)]
    if told.kind in ALARMS:
        return _alarm(told)
    return [*_blindness(told), _buttons(told)]


def _review(told: Transition) -> list[Block]:
    means = meaning(told.after)
    named = name_of(told.waba_name, told.space_id)
    return [
        blocks.header(f"{named}: {status_of(told.before)} → {status_of(told.after)}"),
        blocks.lines(
            [blocks.emoji(means.emoji), " ", blocks.bold(means.sending), f" {means.words}"],
            [blocks.bold("What to do:"), " ", means.next_step],
        ),
        blocks.facts(
            [
                ("Before", [told.before, *_since(told)]),
                ("Seen", blocks.date(told.seen_at)),
                ("WABA", blocks.code(told.waba_id)),
                ("Space", blocks.code(told.space_id)),
            ]
        ),
    ]


def _blindness(told: Transition) -> list[Block]:
    failing = told.kind == "poll_failing"
    title = "Review status cannot be read" if failing else "Review status can be read again"
    advice = (
        "Changes of this account are not seen until this works. Try Refresh; if it fails, its answer says what to do."
        if failing
        else "Changes are seen again. One that came and went in between was not."
    )
    why = [("Why", told.detail)] if failing else []
    return [
        blocks.header(title),
        blocks.lines([blocks.emoji(_emoji(told)), " ", advice]),
        blocks.facts(
            [
                ("Failing since", blocks.date(told.before_since) if told.before_since else "not known"),
                *why,
                ("WABA", told.waba_name),
                ("Space", blocks.code(told.space_id)),
            ]
        ),
    ]


def _alarm(told: Transition) -> list[Block]:
    words = ALARMS[told.kind]
    since = blocks.date(told.before_since) if told.before_since else "not known"
    return [
        blocks.header(words.title),
        blocks.lines([blocks.emoji(words.emoji), " ", *blocks.typed(words.means)]),
        blocks.facts([("Since" if words.is_trouble else "It was so since", since), ("Why", told.detail)]),
    ]


def _since(told: Transition) -> list[Part]:
    if told.before_since is None:
        return []
    return [" since at least " if told.at_least else " since ", blocks.date(told.before_since)]


def _buttons(told: Transition) -> Block:
    return blocks.actions(blocks.button("Refresh", "waba.refresh", told.space_id), console_button())
