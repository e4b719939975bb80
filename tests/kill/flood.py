"""`python -m tests.kill.flood`: thousands of WABAs change at once, and one channel is told of all of them."""

import asyncio
import random
import tempfile
from collections import Counter
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer

from sandbox.slack.notices import Change
from sandbox.slack.web_api import ApiCall
from tests.kill import reader
from tests.kill.ledger import Database
from tests.kill.reader import Index, Told
from tests.kill.scenes import await_baseline, until
from tests.kill.stage import Layout, Stage, open_stage

RATE_LIMITED = "ratelimited"
# More than CAMS allows, so that what is measured is the way to Slack.
CALLS_PER_SECOND = 5000


class Requests:
    """The calls of Slack since the flood, by method and error."""

    def __init__(self, stage: Stage) -> None:
        self.calls: Counter[tuple[str, str]] = Counter()
        stage.slack.workspace.notices.listen(self._hear)

    def _hear(self, change: Change) -> None:
        if isinstance(change.subject, ApiCall):
            self.calls[change.subject.method, change.subject.error] += 1

    @property
    def refused(self) -> int:
        """Calls that no later try of the same would have helped."""
        return sum(count for (_, error), count in self.calls.items() if error not in {"", RATE_LIMITED})


class Progress:
    """What the only channel was told so far; each message is read once."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        [self._channel] = stage.audience
        self._after = ""
        self._told: set[Told] = set()

    async def is_done(self) -> bool:
        """Read on, and say whether all changes were told."""
        if messages := self._stage.slack.transcript(self._channel, self._after):
            self._after = str(messages[-1]["ts"])
            index = await self._stage.ledger.index() if any(map(reader.has_ids, messages)) else Index()
            self._told.update(told for message in messages for told in reader.told(message, index))
        return len(self._told) >= len(self._stage.reviews.made)


async def run(layout: Layout, minutes: float, folder: Path, *, limited: bool) -> bool:
    """Let all change at once, wait until all are told, print what it took, and say whether each was told once."""
    async with open_stage(layout, folder, random.Random(1)) as stage:
        [victim] = stage.victims
        if limited:
            stage.slack.limit_posts()
        try:
            await victim.start()
            await await_baseline(stage, layout.accounts / 20 + 60)
            requests = Requests(stage)
            stage.reviews.stir(1)
            began = monotonic()
            await until(Progress(stage).is_done, minutes * 60)
            seconds = monotonic() - began
        finally:
            victim.kill()
            await victim.gone()
        return await _tell(stage, requests, seconds)


async def _tell(stage: Stage, requests: Requests, seconds: float) -> bool:
    verdict = await stage.judge(stage.reviews.made)
    channel = next(iter(stage.audience))
    shown = "\n".join(text for message in stage.slack.transcript(channel) for text in reader.texts(message))
    unnamed = sum(made.name not in shown for made in stage.reviews.made)
    typer.echo(f"{len(stage.reviews.made)} changes in {verdict.messages} messages, {seconds:.1f} s until all were told")
    typer.echo(
        f"lost {verdict.lost}, doubled {verdict.doubled}, strange {verdict.strange}, named in no message {unnamed}"
    )
    for (method, error), count in sorted(requests.calls.items()):
        typer.echo(f"{count:6} {method} {error or 'ok'}")
    typer.echo(f"refused for good: {requests.refused}")
    return verdict.holds and not unnamed and not requests.refused


def main(
    changes: Annotated[int, typer.Option(min=1)] = 5000,
    database: Database = "sqlite",
    minutes: Annotated[float, typer.Option(help="How long to wait at the most.")] = 10.0,
    limit: Annotated[bool, typer.Option(help="Whether Slack takes one message a second only, as it says.")] = True,
) -> None:
    """Flood one channel with changes."""
    folder = Path(tempfile.mkdtemp(prefix="cams-bot-flood-"))
    layout = Layout(database, accounts=changes, channels=1, calls_per_second=CALLS_PER_SECOND)
    holds = asyncio.run(run(layout, minutes, folder, limited=limit))
    raise typer.Exit(0 if holds else 1)


if __name__ == "__main__":
    typer.run(main)
