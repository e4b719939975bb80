"""Why an alert came, or did not, for each channel. Pure: what is stored in, sentences out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot import blocks
from bot.alerts.attend import is_snoozed
from bot.alerts.history_view import told_row
from bot.alerts.hours import DIGEST_AT, is_quiet
from bot.alerts.message import Message
from bot.alerts.overview import alarm_row, held
from bot.alerts.words import how_to_watch, move, name_of, one_line, status_of
from bot.blocks import Block, Part
from bot.store import Alarm, Card, Channel, Moment, Subscription, Watch

CHANNELS_MAX = 8
BECAUSE_MAX = 120
TOGETHER = "It waits to be told with others: many come at once, or the status goes to and fro."
Row = list[Part]


@dataclass(frozen=True, slots=True)
class Known:
    """All that is stored of who is told what of a space. `fallback` is told where nobody subscribes, "" for nobody.

    `name` is what the register calls it, which may not know it.
    """

    space_id: str
    watch: Watch | None
    subscriptions: Sequence[Subscription]
    fallback: str
    channels: Mapping[str, Channel]
    cards: Sequence[Card]
    moments: Sequence[Moment]
    name: str = ""
    alarms: Sequence[Alarm] = ()

    def channel(self, channel_id: str) -> Channel:
        return self.channels.get(channel_id) or Channel(channel_id=channel_id)

    @property
    def receivers(self) -> list[str]:
        """The channels that are told now; then those that were told of the last change and are no more."""
        now = [one.channel_id for one in self.subscriptions] or ([self.fallback] if self.fallback else [])
        before = [told.channel_id for told in self.moments[0].told] if self.moments else []
        return list(dict.fromkeys([*now, *before]))


def why(known: Known, now: datetime) -> Message:
    """Return what there was to be told of a space, and for each channel what became of it."""
    named = name_of(known.watch.waba_name if known.watch else known.name, known.space_id)
    title = f"Alerts of {named}"
    receivers = known.receivers
    shown: list[Block] = [blocks.header(title), blocks.lines(*_space(known)), *_nobody(known)]
    shown += [blocks.lines(*_channel(known, one, now)) for one in receivers[:CHANNELS_MAX]]
    if len(receivers) > CHANNELS_MAX:
        shown.append(blocks.context(f"{CHANNELS_MAX} of {len(receivers)} channels are shown."))
    count = "1 channel" if len(receivers) == 1 else f"{len(receivers)} channels"
    return Message(blocks.escape(f"{title}: {count}"), shown)


def _space(known: Known) -> list[Row]:
    watch = known.watch
    rows = [alarm_row(one) for one in known.alarms]
    rows.append(_watched(watch))
    if watch and watch.failing_since:
        because = one_line(watch.failure, BECAUSE_MAX)
        rows.append(
            ["It cannot be read since ", blocks.date(watch.failing_since), f": {because}. A change is not seen."]
        )
    if known.moments:
        change = known.moments[0].change
        rows.append(["Last change: ", blocks.bold(move(change)), ", seen ", blocks.date(change.seen_at), "."])
    elif watch and watch.first_seen_at:
        first = "The first look at it was the baseline, of which nobody is told; it has not changed since."
        rows.append([first])
    return rows


def _nobody(known: Known) -> list[Block]:
    if known.receivers:
        return []
    return [blocks.prose(f"No channel is told. {how_to_watch(known.space_id)}")]


def _watched(watch: Watch | None) -> Row:
    if watch is None:
        return ["This space is not watched."]
    if watch.looked_at is None:
        return ["It is watched, and was not looked at yet."]
    status = status_of(watch.review_status)
    return ["It is watched: ", blocks.bold(status), ", last look ", blocks.date(watch.looked_at), "."]


def _channel(known: Known, channel_id: str, now: datetime) -> Iterator[Row]:
    yield [blocks.channel(channel_id)]
    yield from (["• ", *row] for row in _of_channel(known, channel_id, now))


def _of_channel(known: Known, channel_id: str, now: datetime) -> Iterator[Row]:
    subscription = next((one for one in known.subscriptions if one.channel_id == channel_id), None)
    channel = known.channel(channel_id)
    yield _claim(known, channel_id, subscription)
    if channel.broken_since:
        because = one_line(channel.broken_because, BECAUSE_MAX)
        yield ["Nothing can be posted there since ", blocks.date(channel.broken_since), f": {because}."]
    if channel.mode == "digest":
        yield [f"It wants a daily digest only, at {channel.digest_at or DIGEST_AT} ({channel.time_zone})."]
    yield from _last(known, channel_id, subscription)
    for card in known.cards:
        if card.channel_id == channel_id:
            yield from _open(card, channel, now)


def _claim(known: Known, channel_id: str, subscription: Subscription | None) -> Row:
    if subscription:
        return ["Subscribed since ", blocks.date(subscription.created_at), "."]
    if channel_id == known.fallback and not known.subscriptions:
        return ["Told because no channel has subscribed (BOT_ALERT_CHANNEL)."]
    return ["Not subscribed any more."]


def _last(known: Known, channel_id: str, subscription: Subscription | None) -> Iterator[Row]:
    if not known.moments:
        return
    moment = known.moments[0]
    found = [told for told in moment.told if told.channel_id == channel_id]
    if found:
        yield ["Last change ", *told_row(found[0]), "."]
        if found[0].state == "owed" and known.channel(channel_id).mode != "digest":
            yield [TOGETHER]
    elif subscription and subscription.created_at > moment.change.seen_at:
        yield ["Not told of the last change: it was seen before the channel subscribed."]
    else:
        yield ["Not told of the last change: it was not the channel's when that was seen."]


def _open(card: Card, channel: Channel, now: datetime) -> Iterator[Row]:
    yield ["Its card is open since ", blocks.date(card.opened_at), *held(card), "."]
    if is_snoozed(card, now):
        yield ["No reminders while it is snoozed; changes come into its thread all the same."]
    elif card.acked_by:
        yield ["No reminders while it is acknowledged."]
    elif is_quiet(channel, now):
        yield [f"Reminders wait: quiet hours from {channel.quiet_from} to {channel.quiet_until} ({channel.time_zone})."]
