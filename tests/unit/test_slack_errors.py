from datetime import timedelta

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey
from hypothesis import given
from hypothesis import strategies as st

from bot import slack_errors
from bot.slack_errors import LONGEST_WAIT, Meaning, Trouble, retry_at, trouble
from tests.fixtures.refusals import refused, without_response

NO_WAY = aiohttp.ClientConnectorError(
    ConnectionKey("slack.com", 443, True, True, None, None, None), OSError("no way to slack.com")
)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 5), (2, 15), (3, 60), (4, 300), (5, 300), (10**9, 300), (0, 5), (-1, 5)]
)
def test_the_waits_grow_to_five_minutes_and_stay_there(failures: int, seconds: int) -> None:
    assert retry_at(failures) == timedelta(seconds=seconds)


@given(failures=st.integers())
def test_a_retry_is_never_at_once(failures: int) -> None:
    assert retry_at(failures) > timedelta(0)


@pytest.mark.parametrize(
    "code",
    [
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "restricted_action",
        "restricted_action_read_only_channel",
        "user_disabled",
    ],
)
def test_what_the_channel_will_not_take_concerns_the_channel(code: str) -> None:
    assert trouble(refused(code)).means is Meaning.CHANNEL


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_blocks_too_long", "metadata_too_large", "no_text"])
def test_what_slack_refuses_anywhere_concerns_the_message(code: str) -> None:
    assert trouble(refused(code)).means is Meaning.MESSAGE


@pytest.mark.parametrize("code", ["invalid_auth", "account_inactive", "token_revoked", "missing_scope"])
def test_nothing_is_given_up_for_a_token_that_is_dead(code: str) -> None:
    met = trouble(refused(code))

    assert (met.means, met.maybe_there) == (Meaning.PASSING, False)


@pytest.mark.parametrize("code", sorted({code for known in slack_errors.KNOWN.values() for code in known}))
def test_what_is_known_of_an_error_names_its_code_and_a_page(code: str) -> None:
    met = trouble(refused(code))

    assert met.reason.startswith(f"{code}: ")
    assert "(https://docs.slack.dev/" in met.reason
    assert not met.maybe_there


@pytest.mark.parametrize(
    "error",
    [
        refused("internal_error"),
        refused("fatal_error"),
        refused("service_unavailable", status=503),
        refused("a_code_of_tomorrow", status=500),
        refused("", status=500, data="<html>"),
        without_response("no answer", {"ok": False, "error": "request_timeout"}),
        without_response("no JSON", object()),
        aiohttp.ClientConnectionError("connection cut"),
        aiohttp.ServerDisconnectedError(),
        TimeoutError(),
        ValueError("a fault of ours"),
    ],
)
def test_after_an_answer_that_says_nothing_the_message_may_be_there(error: Exception) -> None:
    met = trouble(error)

    assert (met.means, met.maybe_there) == (Meaning.PASSING, True)


@pytest.mark.parametrize(
    "error", [NO_WAY, refused("a_code_of_tomorrow"), refused("ratelimited", status=429), refused("ratelimited")]
)
def test_after_a_definite_no_the_message_is_not_there(error: Exception) -> None:
    met = trouble(error)

    assert (met.means, met.maybe_there) == (Meaning.PASSING, False)


@pytest.mark.parametrize("header", ["Retry-After", "retry-after"])
def test_slack_says_how_long_it_wants_to_be_left_alone(header: str) -> None:
    met = trouble(refused("ratelimited", status=429, headers={header: "30"}))

    assert met == Trouble(Meaning.PASSING, "ratelimited", timedelta(seconds=30))


@pytest.mark.parametrize(("value", "wait"), [("0", timedelta(seconds=1)), ("soon", None), ("-5", None), ("", None)])
def test_a_retry_after_of_no_use_never_leads_to_a_retry_at_once(value: str, wait: timedelta | None) -> None:
    met = trouble(refused("ratelimited", status=429, headers={"Retry-After": value}))

    assert met.retry_after == wait


@pytest.mark.parametrize("digits", [15, 5000])
def test_a_retry_after_that_is_longer_than_any_time_is_a_long_one(digits: int) -> None:
    met = trouble(refused("ratelimited", status=429, headers={"Retry-After": "9" * digits}))

    assert met.retry_after == LONGEST_WAIT


@pytest.mark.parametrize(
    "error",
    [refused("is_archived"), refused("ratelimited"), aiohttp.ClientError("xoxb-secret"), OSError("xoxb-secret")],
)
def test_a_reason_holds_nothing_of_the_request(error: Exception) -> None:
    assert "secret" not in trouble(error).reason
