"""Times of day as a channel means them. Pure; by zoneinfo, so that they hold when clocks change."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bot.store import Channel

# Of a channel that gets digests only, and has named no time.
DIGEST_AT = "09:00"
# Who asks for digests in the evening does not mean that of this morning; a process may be down for a moment, though.
FIRST_WITHIN = timedelta(hours=1)


def zone(channel: Channel) -> tzinfo:
    """Return the time zone of a channel, UTC where this machine does not know the one that it names."""
    try:
        return ZoneInfo(channel.time_zone)
    except (KeyError, ValueError, OSError):
        return UTC


def is_quiet(channel: Channel, now: datetime) -> bool:
    """Whether these are the channel's quiet hours, which may go past midnight."""
    if not (channel.quiet_from and channel.quiet_until):
        return False
    begins, ends = time.fromisoformat(channel.quiet_from), time.fromisoformat(channel.quiet_until)
    at = now.astimezone(zone(channel)).time()
    return begins <= at < ends if begins <= ends else at >= begins or at < ends


def digest_time(channel: Channel) -> str:
    """Return the time of day of a channel's digest, "" where it gets none."""
    return channel.digest_at or (DIGEST_AT if channel.mode == "digest" else "")


def digest_due(
    channel: Channel, last: datetime | None, now: datetime, owed_since: datetime | None = None
) -> date | None:
    """Return the day whose digest is due, None where the last one was that of it or of a later day.

    Of days that were missed only the latest is due: its digest tells of all of them. Before there was any, none is
    missed but by what is `owed_since` before it: the first comes when it is time for it. A time that a change of clocks
    leaves out is taken as if they had not been changed; of one that comes twice the first counts.
    """
    at = digest_time(channel)
    if not at:
        return None
    here = zone(channel)
    today = now.astimezone(here).date()
    day = today if _moment(today, at, here) <= now else today - timedelta(days=1)
    due = _moment(day, at, here)
    if last:
        return day if last < due else None
    is_missed = owed_since is not None and owed_since < due
    return day if is_missed or now - due <= FIRST_WITHIN else None


def _moment(day: date, at: str, here: tzinfo) -> datetime:
    # Compared in UTC: within one zone Python compares what clocks show.
    return datetime.combine(day, time.fromisoformat(at), here).astimezone(UTC)
