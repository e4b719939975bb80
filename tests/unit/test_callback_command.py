import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from bot.blocks import Block
from bot.errors import FieldErrors, UserError
from bot.services import Services
from bot.store import Callbacks
from handlers import callback
from handlers.routes import Ask
from tests.fixtures.clock import NOON
from tests.unit.fakes import FakeCams, FakeStore, make_services
from tests.unit.hostile import message_problems

SECRET = "a-secret-of-24-characters"
SET = {"BOT_CALLBACK_SECRET": SECRET, "BOT_PUBLIC_URL": "https://bot.example/base/"}
ADDRESS = f"https://bot.example/base/cams/callback/{SECRET}"
ASK = Ask("U1", "C1", {})


class Store(FakeStore):
    """Has the callbacks and the leads that a test gives it."""

    def __init__(self) -> None:
        super().__init__()
        self.came: list[Callbacks] = []
        self.leads: list[timedelta] = []

    async def latest_callbacks(self, limit: int) -> list[Callbacks]:
        return self.came[:limit]

    async def push_leads(self, limit: int) -> list[timedelta]:
        return self.leads[:limit]


class Cams(FakeCams):
    """Notes the address that it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[tuple[str, str]] = []

    async def set_account_webhook(self, url: str, space_id: str) -> None:
        self.taken.append((url, space_id))


def services(store: Store, given: Mapping[str, str] = SET, cams: Cams | None = None) -> Services:
    return make_services(None, cams or Cams(), store, None, **given)


async def answer(store: Store, **values: str) -> list[Block]:
    reply = await callback.show(Ask("U1", "C1", values), services(store))
    assert message_problems(reply.blocks, reply.text) == []
    assert not reply.shareable
    return list(reply.blocks)


def button(shown: list[Block]) -> dict[str, Any]:
    [one] = [element for block in shown if block["type"] == "actions" for element in block["elements"]]
    return dict(one)


async def test_the_address_is_the_public_one_with_the_secret() -> None:
    shown = await answer(Store())

    assert ADDRESS in json.dumps(shown)
    assert "CAMS has not pushed to this bot yet." in json.dumps(shown)
    assert "not known yet" in json.dumps(shown)


async def test_what_came_last_and_how_far_ahead_pushes_were_is_told() -> None:
    store = Store()
    store.came = [Callbacks(NOON, 3, 2)]
    store.leads = [timedelta(minutes=minutes) for minutes in (1, 65, 400)]
    shown = json.dumps(await answer(store))

    assert "; WABAs named: 3, of those watched: 2" in shown
    assert "1 hour 5 minutes, the median of the latest changes" in shown


async def test_a_lead_of_seconds_is_told_in_seconds() -> None:
    store = Store()
    store.leads = [timedelta(seconds=12.4)]

    assert "12 s, the median" in json.dumps(await answer(store))


@pytest.mark.parametrize(("given", "space"), [("", "cams-1"), ("cams-2", "cams-2")])
async def test_the_button_asks_first_and_sets_the_address_for_the_space(given: str, space: str) -> None:
    cams = Cams()
    pressed = button(await answer(Store(), space=given))
    values = json.loads(pressed["value"])
    reply = await callback.put(Ask("U1", "C1", values), services(Store(), cams=cams))

    assert space in pressed["confirm"]["text"]["text"]
    assert cams.taken == [(ADDRESS, space)]
    assert SECRET not in reply.text


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({}, {"BOT_CALLBACK_SECRET", "BOT_PUBLIC_URL"}),
        ({"BOT_CALLBACK_SECRET": SECRET}, {"BOT_PUBLIC_URL"}),
        ({"BOT_PUBLIC_URL": "https://bot.example"}, {"BOT_CALLBACK_SECRET"}),
    ],
)
@pytest.mark.parametrize("act", [callback.show, callback.put])
async def test_what_is_missing_is_named_with_what_to_set_it_to(
    given: dict[str, str], named: set[str], act: Any
) -> None:
    with pytest.raises(UserError) as missing:
        await act(ASK, services(Store(), given))

    assert {name for name in SET if f"{name} to " in str(missing.value)} == named


async def test_without_any_space_one_is_asked_for() -> None:
    with pytest.raises(FieldErrors, match="CAMS_SPACE_ID"):
        await callback.show(ASK, services(Store(), {**SET, "CAMS_SPACE_ID": ""}))
