from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.outbox import LEASE, PERMANENT, POST_TIMEOUT, Permanent, Transient, retry_at, verdict
from tests.fixtures.refusals import refused, without_response

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(1, 5), (2, 15), (3, 60), (4, 300), (5, 900), (6, 3600), (7, 3600), (10**9, 3600), (0, 5)],
)
def test_the_waits_grow_to_an_hour_and_stay_there(attempts: int, seconds: int) -> None:
    assert retry_at(attempts, NOON) == NOON + timedelta(seconds=seconds)


@given(attempts=st.integers())
def test_a_retry_is_never_at_once(attempts: int) -> None:
    assert retry_at(attempts, NOON) > NOON


@pytest.mark.parametrize(
    "code",
    [
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "invalid_auth",
        "account_inactive",
        "token_revoked",
        "missing_scope",
        "invalid_blocks",
        "msg_blocks_too_long",
        "metadata_too_large",
        "restricted_action",
        "restricted_action_read_only_channel",
    ],
)
def test_what_no_retry_can_mend_is_permanent(code: str) -> None:
    assert isinstance(verdict(refused(code)), Permanent)


@pytest.mark.parametrize("code", sorted(PERMANENT))
def test_a_permanent_verdict_names_the_code_and_a_page(code: str) -> None:
    said = verdict(refused(code))

    assert said.reason.startswith(f"{code}: ")
    assert "(https://docs.slack.dev/" in said.reason


@pytest.mark.parametrize(
    "error",
    [
        refused("internal_error"),
        refused("fatal_error"),
        refused("service_unavailable", status=503),
        refused("a_code_of_tomorrow"),
        refused("", status=500, data="<html>"),
        without_response("no answer", {"ok": False, "error": "request_timeout"}),
        without_response("no JSON", object()),
        aiohttp.ClientConnectionError("connection cut"),
        TimeoutError(),
        ValueError("a fault of ours"),
    ],
)
def test_everything_else_may_pass(error: Exception) -> None:
    assert isinstance(verdict(error), Transient)


@pytest.mark.parametrize("header", ["Retry-After", "retry-after"])
def test_slack_says_how_long_it_wants_to_be_left_alone(header: str) -> None:
    said = verdict(refused("ratelimited", status=429, headers={header: "30"}))

    assert said == Transient("ratelimited", timedelta(seconds=30))


@pytest.mark.parametrize(("value", "wait"), [("0", timedelta(seconds=1)), ("soon", None), ("-5", None), ("", None)])
def test_a_retry_after_of_no_use_never_leads_to_a_retry_at_once(value: str, wait: timedelta | None) -> None:
    assert verdict(refused("ratelimited", status=429, headers={"Retry-After": value})) == Transient("ratelimited", wait)


@pytest.mark.parametrize(
    "error",
    [refused("is_archived"), refused("ratelimited"), aiohttp.ClientError("xoxb-secret"), OSError("xoxb-secret")],
)
def test_a_reason_holds_nothing_of_the_request(error: Exception) -> None:
    assert "secret" not in verdict(error).reason


def test_a_lease_outlives_the_longest_post() -> None:
    assert LEASE > POST_TIMEOUT
