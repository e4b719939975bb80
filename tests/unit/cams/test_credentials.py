import asyncio
import gc
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.cams.credentials import (
    REFRESH_AFTER,
    USABLE_FOR,
    ChainCredentials,
    Credentials,
    StaticCredentials,
)
from bot.cams.errors import CamsCredentialsMissingError

KEY = Credentials("LTAI-id", "the-secret", "the-token")


@dataclass
class Chain:
    """A chain that hands out keys 1, 2, 3 … and can be told to fail, and a clock beside it."""

    asked: int = 0
    failure: Exception | None = None
    now: float = 1000.0
    answered: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.loop = asyncio.get_running_loop()

    def __call__(self) -> Credentials:
        self.asked += 1
        self.loop.call_soon_threadsafe(self.answered.set)
        if self.failure:
            raise self.failure
        return Credentials(f"key-{self.asked}", "secret")

    def source(self) -> ChainCredentials:
        return ChainCredentials(lambda: self, clock=lambda: self.now)


def test_the_repr_of_credentials_hides_what_is_secret() -> None:
    assert repr(KEY) == "Credentials(access_key_id='LTAI-id')"


async def test_static_credentials_stay() -> None:
    assert await StaticCredentials(KEY).get() is KEY


async def test_many_who_ask_at_once_make_one_question() -> None:
    chain = Chain()
    source = chain.source()

    found = await asyncio.gather(*(source.get() for _ in range(50)))

    assert {each.access_key_id for each in found} == {"key-1"}
    assert chain.asked == 1


async def test_fresh_credentials_are_not_asked_for_again() -> None:
    chain = Chain()
    source = chain.source()
    await source.get()
    chain.now += REFRESH_AFTER - 1

    assert (await source.get()).access_key_id == "key-1"
    assert chain.asked == 1


async def test_ageing_credentials_are_used_while_new_ones_are_fetched() -> None:
    chain = Chain()
    source = chain.source()
    await source.get()
    chain.answered.clear()
    chain.now += REFRESH_AFTER

    assert (await source.get()).access_key_id == "key-1"
    await chain.answered.wait()
    await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()})
    assert (await source.get()).access_key_id == "key-2"


async def test_old_credentials_are_given_to_nobody() -> None:
    chain = Chain()
    source = chain.source()
    await source.get()
    chain.now += USABLE_FOR

    assert (await source.get()).access_key_id == "key-2"


async def test_a_refresh_that_fails_leaves_the_credentials_that_still_live() -> None:
    chain = Chain()
    source = chain.source()
    await source.get()
    chain.failure, chain.now = OSError("gone"), chain.now + REFRESH_AFTER
    chain.answered.clear()
    await source.get()
    await chain.answered.wait()

    assert (await source.get()).access_key_id == "key-1"


async def test_a_refresh_that_nobody_waits_for_fails_without_a_complaint_of_asyncio() -> None:
    complaints: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    chain = Chain()
    source = chain.source()
    await source.get()
    chain.failure, chain.now = OSError("gone"), chain.now + REFRESH_AFTER
    await source.get()
    await asyncio.wait(asyncio.all_tasks() - {asyncio.current_task()})
    # The exception knows its frames, and those know the task.
    del source, chain
    gc.collect()

    assert complaints == []


async def test_a_chain_without_credentials_is_our_error_and_says_what_to_set() -> None:
    chain = Chain(failure=ValueError("nothing found"))

    with pytest.raises(CamsCredentialsMissingError) as caught:
        await chain.source().get()
    assert "ALIBABA_CLOUD_ACCESS_KEY_ID" in str(caught.value)
    assert "ALIBABA_CLOUD_ACCESS_KEY_SECRET" in str(caught.value)


async def test_what_a_provider_answered_stays_out_of_the_error() -> None:
    chain = Chain(failure=ValueError('result: {"AccessKeySecret": "half-a-key"}'))

    with pytest.raises(CamsCredentialsMissingError) as caught:
        await chain.source().get()
    assert "half-a-key" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


async def test_all_who_wait_share_one_failure() -> None:
    chain = Chain(failure=ValueError("nothing found"))
    source = chain.source()

    outcomes = await asyncio.gather(*(source.get() for _ in range(20)), return_exceptions=True)

    assert {type(outcome) for outcome in outcomes} == {CamsCredentialsMissingError}
    assert chain.asked == 1


async def test_a_chain_that_failed_is_asked_again() -> None:
    chain = Chain(failure=ValueError("nothing found"))
    source = chain.source()
    with pytest.raises(CamsCredentialsMissingError):
        await source.get()
    chain.failure = None

    assert (await source.get()).access_key_id == "key-2"


async def test_a_chain_that_hangs_is_our_error_in_bounded_time() -> None:
    hanging = threading.Event()

    def hang() -> Credentials:
        hanging.wait()
        return KEY

    try:
        with pytest.raises(CamsCredentialsMissingError):
            await ChainCredentials(lambda: hang, timeout=0.01).get()
    finally:
        hanging.set()


async def test_one_who_stops_waiting_does_not_stop_the_others() -> None:
    chain = Chain()
    source = chain.source()
    impatient, patient = asyncio.create_task(source.get()), asyncio.create_task(source.get())
    await asyncio.sleep(0)
    impatient.cancel()

    assert (await patient).access_key_id == "key-1"
    assert chain.asked == 1


async def test_a_refresh_that_began_before_a_refusal_brings_the_refused_key_back_to_nobody() -> None:
    released, loads = threading.Event(), iter(["old", "old", "new"])

    def new_load() -> Callable[[], Credentials]:
        return lambda: answer(next(loads))

    def answer(key: str) -> Credentials:
        if stuck.is_set():
            stuck.clear()
            reached.set()
            released.wait()
        return Credentials(key, "secret")

    stuck, reached, now = threading.Event(), threading.Event(), [0.0]
    source = ChainCredentials(new_load, clock=lambda: now[0])
    old = await source.get()
    now[0] += REFRESH_AFTER
    stuck.set()
    await source.get()
    (refresh,) = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.to_thread(reached.wait)
    source.refused(old)

    assert (await source.get()).access_key_id == "new"
    released.set()
    await asyncio.wait([refresh])
    assert (await source.get()).access_key_id == "new"


async def test_a_chain_that_blocks_its_thread_does_not_block_the_loop() -> None:
    beats = 0

    def block() -> Credentials:
        time.sleep(0.5)
        return KEY

    asked = asyncio.create_task(ChainCredentials(lambda: block).get())
    while not asked.done():
        beats += 1
        await asyncio.sleep(0.005)

    assert await asked == KEY
    assert beats > 5
