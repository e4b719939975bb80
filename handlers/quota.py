"""`/cams quota`: what is left of the account's calls, and who spends them."""

from collections.abc import Mapping

from bot import blocks
from bot.access import Role
from bot.blocks import Block
from bot.cams.client import Priority, Standing
from bot.services import Services
from handlers.routes import Ask, Reply, Router

router = Router()
WHO = {
    Priority.PERSON: "people",
    Priority.CONFIRM: "confirmations",
    Priority.POLL: "review polls",
    Priority.BULK: "background",
}
HEAD = ("Operation", "Calls/s", "Used now", "Waiting", "Last two minutes", "Refused")


@router.command(
    "quota", usage="quota", does="Show what is left of the calls to CAMS, and who spends them", requires=Role.VIEWER
)
async def show(_ask: Ask, services: Services) -> Reply:
    """Show the quota of every operation."""
    standings = await services.cams.quota()
    text = _sentence(standings)
    return Reply(text, [blocks.header("Calls to CAMS"), blocks.lines([text]), *_silence(services), _table(standings)])


def _sentence(standings: Mapping[str, Standing]) -> str:
    waiting = sum(count for one in standings.values() for count, _ in one.waiting.values())
    withheld = {name: one.use.withheld for name, one in standings.items() if one.use.withheld}
    longest = max((spent.longest for one in standings.values() for spent in one.spent.values()), default=0.0)
    said = f"{waiting or 'No'} calls wait; lately the longest waited {_seconds(longest)}."
    for name, count in withheld.items():
        said += (
            f" CAMS refused {name} although we kept to its limit, so {count} of its calls a second are left to others."
        )
    return said


def _silence(services: Services) -> list[Block]:
    silent = services.cams.silent_for
    if not silent:
        return []
    said = f" CAMS has answered nobody for {silent:.0f} s: {services.cams.silent_because}. It is tried every 5 seconds."
    return [blocks.lines([blocks.emoji("warning"), said])]


def _table(standings: Mapping[str, Standing]) -> Block:
    rows = [
        (
            name,
            str(one.limit),
            _by_class({priority: str(count) for priority, count in one.use.used.items()}),
            _by_class({priority: f"{count} ({_seconds(since)})" for priority, (count, since) in one.waiting.items()}),
            _by_class({who: f"{spent.calls} (up to {_seconds(spent.longest)})" for who, spent in one.spent.items()}),
            str(one.refusals),
        )
        for name, one in standings.items()
    ]
    return blocks.table(HEAD, rows)


def _by_class(counts: Mapping[int, str]) -> str:
    return ", ".join(f"{WHO[Priority(priority)]} {count}" for priority, count in sorted(counts.items())) or "nobody"


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s"
