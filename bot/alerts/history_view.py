"""The time line of a space: what changed, how it was seen, who was told when, who did what. Pure."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime

from bot import blocks
from bot.alerts.message import Message
from bot.alerts.view import act_words
from bot.alerts.words import how_to_watch, move, name_of, one_line, person, shortly, unknown_space
from bot.blocks import Block, Part
from bot.store import CardAct, Moment, Told, Transition

SHOWN = 12
TOLD_SHOWN = 3
ACTS_SHOWN = 3
ERROR_MAX = 80
SOURCES = {"poll": "seen by looking", "push": "pushed by CAMS", "person": "seen when somebody looked"}
COLUMNS = (
    "seen_at",
    "kind",
    "waba_id",
    "waba_name",
    "before",
    "after",
    "source",
    "pushed_at",
    "poll_due_at",
    "channel",
    "state",
    "posted_in",
    "posted_at",
    "message_ts",
    "error",
    "acts",
)
# What a spreadsheet takes for a formula: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def history(space_id: str, moments: Sequence[Moment], csv_button: Block) -> Message:
    """Return the time line of a space, the newest first."""
    shown = moments[:SHOWN]
    title = f"Time line of {name_of(moments[0].change.waba_name, space_id)}"
    parts = [blocks.lines(*_rows(moment)) for moment in shown]
    count = f"Latest changes shown: {len(shown)}. The file has up to 1,000."
    return Message(
        blocks.escape(title), [blocks.header(title), *parts, blocks.context(count), blocks.actions(csv_button)]
    )


def nothing(space_id: str, *, is_watched: bool, is_known: bool) -> str:
    """Say why a space has no time line."""
    if is_watched:
        return f"Nothing has changed in {space_id} since it is watched. `/cams why {space_id}` says what is known."
    if is_known:
        return f"{space_id} is not watched, so nothing was seen of it. {how_to_watch(space_id)}"
    return unknown_space(space_id)


def table(moments: Sequence[Moment]) -> bytes:
    """Return the time line as CSV, a row for each change and channel, times in UTC, as spreadsheets open it."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(COLUMNS)
    for moment in moments:
        for told in moment.told or (None,):
            writer.writerow([_harmless(cell) for cell in _cells(moment, told)])
    # Excel reads UTF-8 only behind a mark of it.
    return written.getvalue().encode("utf-8-sig")


def _rows(moment: Moment) -> Iterator[list[Part]]:
    change = moment.change
    yield [
        blocks.date(change.seen_at),
        " ",
        blocks.bold(move(change)),
        f" {SOURCES.get(change.source, change.source)}",
        *_lag(change),
    ]
    for told in moment.told[:TOLD_SHOWN]:
        yield ["• ", *told_row(told)]
    if not moment.told:
        yield ["• ", "Nobody was told: no channel was subscribed."]
    if more := len(moment.acts[:-ACTS_SHOWN]):
        yield ["• ", f"{more} more of what people did before that {'is' if more == 1 else 'are'} in the file."]
    for act in moment.acts[-ACTS_SHOWN:]:
        yield ["• ", person(act.user_id), " ", *act_words(act), ", ", blocks.date(act.at)]


def _lag(change: Transition) -> list[Part]:
    if change.pushed_at is None:
        return []
    lead = change.poll_due_at - change.pushed_at if change.poll_due_at else None
    due = [f", {shortly(lead)} before the next look was due"] if lead is not None else []
    return [" ", blocks.date(change.pushed_at), *due]


def told_row(told: Told) -> list[Part]:
    """Say what became of an alert to one channel."""
    row: list[Part] = ["→ ", blocks.channel(told.channel_id)]
    if told.sent_at:
        elsewhere: list[Part] = [" in ", blocks.channel(told.posted_in)] if told.posted_in != told.channel_id else []
        return [*row, ": ", blocks.link(link_to(told), "posted"), *elsewhere, " ", blocks.date(told.sent_at)]
    error = f" ({one_line(told.error, ERROR_MAX)})" if told.error else ""
    return [*row, f": {'not posted' if told.state == 'failed' else 'not posted yet'}{error}"]


def link_to(told: Told) -> str:
    """The address at which Slack shows a message, without asking Slack for it; "" where there is none.

    https://docs.slack.dev/reference/methods/chat.getPermalink shows what such addresses look like.
    """
    ts = told.message_ts.replace(".", "")
    thread = f"?thread_ts={told.thread_ts}&cid={told.posted_in}" if told.thread_ts else ""
    return f"https://slack.com/archives/{told.posted_in}/p{ts}{thread}" if ts.isdecimal() else ""


def _cells(moment: Moment, told: Told | None) -> list[str]:
    change = moment.change
    cells = [
        _time(change.seen_at),
        change.kind,
        change.waba_id,
        change.waba_name,
        change.before,
        change.after,
        change.source,
        _time(change.pushed_at),
        _time(change.poll_due_at),
    ]
    posted = (
        [told.channel_id, told.state, told.posted_in, _time(told.sent_at), told.message_ts, told.error]
        if told
        else [""] * 6
    )
    return [*cells, *posted, "; ".join(map(_act, moment.acts))]


def _act(act: CardAct) -> str:
    return f"{_time(act.at)} {act.user_id} {act.act} {act.detail}".rstrip()


def _time(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else ""


def _harmless(cell: str) -> str:
    # What no encoding can carry is replaced first.
    cell = blocks.clean(cell)
    return f"'{cell}" if cell.startswith(FORMULA) else cell
