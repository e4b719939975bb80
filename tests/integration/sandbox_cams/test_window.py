"""The kind of quota window, chosen where a user starts the sandbox."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, get_args

import pytest
from typer.testing import CliRunner

import sandbox
from bot.cli import app
from sandbox import Sandbox
from sandbox.cams import Window


class StartedError(Exception):
    """Ends a command that would serve for ever."""


@pytest.mark.parametrize("window", get_args(Window))
async def test_the_sandbox_counts_calls_in_the_window_that_was_asked_for(window: Window) -> None:
    async with Sandbox.start(window=window) as started:
        chosen = started.cams.quota.window

    assert chosen == window


@pytest.mark.parametrize(
    ("options", "window"), [([], "sliding"), *((["--window", window], window) for window in get_args(Window))]
)
def test_the_command_starts_the_sandbox_with_its_window(
    monkeypatch: pytest.MonkeyPatch, options: list[str], window: Window
) -> None:
    chosen: list[Window] = []

    class Recorded:
        @staticmethod
        @asynccontextmanager
        async def start(*args: Any, **options: Any) -> AsyncIterator[Sandbox]:
            async with Sandbox.start(*args, **options) as started:
                chosen.append(started.cams.quota.window)
            raise StartedError
            yield started

    monkeypatch.setattr(sandbox, "Sandbox", Recorded)
    result = CliRunner().invoke(app, ["sandbox", *options])

    assert isinstance(result.exception, StartedError)
    assert chosen == [window]


def test_a_window_that_is_none_is_refused_with_those_that_there_are() -> None:
    result = CliRunner().invoke(app, ["sandbox", "--window", "hourly"])

    assert result.exit_code == 2
    assert [window for window in get_args(Window) if window in result.output] == list(get_args(Window))
