import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cams import sign, wire
from bot.cams.credentials import Credentials
from bot.cams.errors import (
    CamsCredentialsRefusedError,
    CamsError,
    CamsPermissionError,
    CamsRefusedError,
    CamsThrottledError,
    CamsUnknownOutcomeError,
)
from bot.cams.models import Profile, QrCode, Waba

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEY = Credentials("LTAI-id", "the-secret")
OK = {"Code": "OK", "RequestId": "90E6-1"}
MODELS: Mapping[str, Callable[[object], object]] = {
    "ListPhoneMessageQrdl": QrCode.list_from_wire,
    "CreatePhoneMessageQrdl": QrCode.from_wire,
    "GetChatappVerifyCode": lambda _: None,
    "QueryChatappBindWaba": Waba.from_wire,
    "QueryPhoneBusinessProfile": Profile.from_wire,
}
FIELDS = [
    "QrdlCode", "DeepLinkUrl", "PrefilledMessage", "Id", "Name", "AccountReviewStatus", "Websites", "Vertical",
    "AuthInternationalRateEligibility",
]  # fmt: skip

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
anything = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)
data = st.dictionaries(st.sampled_from(FIELDS), anything)
answers = st.fixed_dictionaries(
    {},
    optional={
        "Code": st.just("OK") | anything,
        "Success": st.booleans() | anything,
        "Data": data | st.lists(data) | anything,
        "Message": anything,
        "RequestId": anything,
    },
)
statuses = st.sampled_from([200, 204, 302, 400, 404, 429, 500, 503])


def request(**changes: Any) -> wire.Request:
    known: dict[str, Any] = {
        "endpoint": "https://cams.example",
        "credentials": KEY,
        "now": NOON,
        "nonce": "n-1",
    }
    return wire.build("QueryChatappBindWaba", {"CustSpaceId": "a b*~é"}, **(known | changes))


def parse(answer: Any, status: int = 200, **headers: str) -> Mapping[str, Any]:
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return wire.parse("QueryChatappBindWaba", status, headers, body)


def failure(answer: Any, status: int = 200, **headers: str) -> CamsError:
    with pytest.raises(CamsError) as caught:
        parse(answer, status, **headers)
    return caught.value


def test_the_address_holds_the_query_in_the_encoding_that_is_signed() -> None:
    assert request().url == "https://cams.example/?CustSpaceId=a%20b%2A~%C3%A9"


def test_the_headers_are_signed() -> None:
    headers = dict(request().headers)
    authorization = headers.pop("authorization")

    assert authorization == sign.authorization(
        "LTAI-id", "the-secret", sign.canonical_query({"CustSpaceId": "a b*~é"}), headers
    )


def test_the_headers_say_what_is_called_and_when() -> None:
    headers = request(now=NOON.astimezone(timezone(timedelta(hours=8)))).headers

    assert (headers["x-acs-action"], headers["x-acs-version"], headers["x-acs-date"]) == (
        "QueryChatappBindWaba",
        "2020-06-06",
        "2026-11-20T12:00:00Z",
    )


def test_a_security_token_is_sent_and_signed() -> None:
    headers = request(credentials=Credentials("id", "secret", "token")).headers

    assert headers["x-acs-security-token"] == "token"
    assert ";x-acs-security-token;" in headers["authorization"]


def test_without_a_security_token_there_is_no_such_header() -> None:
    assert "x-acs-security-token" not in request().headers


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        ("https://cams.example", ("https", "cams.example")),
        ("https://CAMS.example:443/", ("https", "cams.example")),
        ("http://cams.example:443", ("http", "cams.example:443")),
        ("http://127.0.0.1:8080", ("http", "127.0.0.1:8080")),
        ("http://[::1]:8080", ("http", "[::1]:8080")),
    ],
)
def test_the_host_is_what_an_http_client_sends(endpoint: str, origin: tuple[str, str]) -> None:
    assert wire.origin(endpoint) == origin


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "cams.example",
        "ftp://cams.example",
        "https://",
        "https://a/path",
        "https://u:p@a",
        "http://a:x",
        "http://a?b",
    ],
)
def test_an_endpoint_that_is_none_is_refused(endpoint: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - for a bad port the text is the standard library's
        wire.origin(endpoint)


def test_the_repr_of_a_request_shows_neither_number_nor_signature() -> None:
    assert repr(request()) == "Request()"


@given(st.dictionaries(st.text("abc", min_size=1), st.text(st.characters(exclude_categories=["Cs"]))))
def test_any_parameters_arrive_as_they_were(params: dict[str, str]) -> None:
    built = wire.build("X", params, endpoint="https://cams.example", credentials=KEY, now=NOON, nonce="n")

    assert dict(parse_qsl(urlsplit(built.url).query, keep_blank_values=True)) == params


@pytest.mark.parametrize("status", [200, 201, 302, 400, 429, 500, 503])
def test_code_ok_is_success_whatever_the_status(status: int) -> None:
    assert parse(OK | {"Success": True, "Novel": [1]}, status)["Novel"] == [1]


@pytest.mark.parametrize("success", [False, "false", 0, [], {}, "True", 2])
def test_code_ok_without_success_is_an_unknown_outcome(success: Any) -> None:
    error = failure(OK | {"Success": success})

    assert isinstance(error, CamsUnknownOutcomeError)
    assert not error.transient


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b'{"Code": "OK"',
        b'[{"Code": "OK"}]',
        b'"OK"',
        b"null",
        b'{"Code": "OK", "Message": "\xff"}',
        b'{"Code": "OK", "Data": NaN}',
        b'{"Code": "OK", "Data": -Infinity}',
        b'{"Code": "OK", "Data": 1e999}',
        b'{"Code": "OK", "Data": ' + b"9" * 5000 + b"}",
        b'{"Code": "OK", "Data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"Code": "OK", "Data": "' + b"x" * wire.MAX_BODY + b'"}',
    ],
    ids=range(13),
)
def test_a_body_that_cannot_be_read_is_an_unknown_outcome(body: bytes) -> None:
    error = failure(body)

    assert isinstance(error, CamsUnknownOutcomeError)
    assert error.transient


@pytest.mark.parametrize("code", [None, 200, True, ["OK"], "", {"OK": 1}])
def test_an_answer_without_a_code_is_an_unknown_outcome(code: Any) -> None:
    assert isinstance(failure({"Code": code}), CamsUnknownOutcomeError)


def test_a_page_from_somebody_between_us_is_not_worth_another_try() -> None:
    error = failure(b"<html>403</html>", 403)

    assert isinstance(error, CamsUnknownOutcomeError)
    assert not error.transient


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        ("Product.Unsubscript", 400, CamsRefusedError),
        ("Ram.PermissionDeny", 400, CamsPermissionError),
        ("System.LimitControl", 400, CamsThrottledError),
        ("Unknown.ResourceOwnerId", 400, CamsRefusedError),
        ("PARAMETER_ILLEGAL", 200, CamsRefusedError),
        ("NeverSeen.Before", 404, CamsRefusedError),
        ("ok", 200, CamsRefusedError),
        ("Throttling", 400, CamsThrottledError),
        ("Throttling.User", 503, CamsThrottledError),
        ("Whatever", 429, CamsThrottledError),
        ("Forbidden.RAM", 403, CamsPermissionError),
        ("Authentication.NoAuth", 200, CamsPermissionError),
        ("InvalidAccessKeyId.NotFound", 404, CamsCredentialsRefusedError),
        ("SignatureDoesNotMatch", 400, CamsCredentialsRefusedError),
        ("InvalidSecurityToken.Expired", 400, CamsCredentialsRefusedError),
        ("InternalError", 400, CamsUnknownOutcomeError),
        ("ServiceUnavailable", 200, CamsUnknownOutcomeError),
        ("NeverSeen.Before", 500, CamsUnknownOutcomeError),
    ],
)
def test_a_code_becomes_the_error_that_a_caller_acts_on(code: str, status: int, kind: type[CamsError]) -> None:
    error = failure({"Code": code, "Message": "m", "RequestId": " 90E6-1\n"}, status)

    assert type(error) is kind
    assert (error.code, error.request_id, error.http_status) == (code, "90E6-1", status)


def test_a_429_is_throttling_whatever_its_body() -> None:
    assert isinstance(failure(b"slow down", 429), CamsThrottledError)


@pytest.mark.parametrize(
    ("header", "seconds"), [("1500", 1.5), ("0", None), ("-1", None), ("soon", None), ("9" * 99, None), ("²", None)]
)
def test_the_wait_that_the_gateway_asks_for_is_read_in_seconds(header: str, seconds: float | None) -> None:
    error = failure({"Code": "Throttling"}, 400, **{"X-Acs-Retry-After": header})

    assert isinstance(error, CamsThrottledError)
    assert error.retry_after == seconds


@pytest.mark.parametrize("answer", [[], {"Message": 5}, {"Message": None}, {"RequestId": {}}])
def test_fields_of_a_wrong_type_leave_the_error_readable(answer: Any) -> None:
    fields = answer if isinstance(answer, dict) else {"Message": answer}

    assert str(failure({"Code": "Some.Code"} | fields, 400)).startswith("QueryChatappBindWaba:")


def test_half_a_character_is_replaced() -> None:
    answer = parse(rb'{"Code": "OK", "Message": "a\ud83db", "Data": ["\ud83d\ude00"]}')

    assert (answer["Message"], answer["Data"]) == ("a\ufffdb", ["😀"])


@given(st.sampled_from(sorted(MODELS)), statuses, st.binary())
def test_any_bytes_end_in_a_value_or_one_of_our_errors(operation: str, status: int, body: bytes) -> None:
    ends_well(operation, status, body)


@given(st.sampled_from(sorted(MODELS)), statuses, answers | anything)
def test_any_json_ends_in_a_value_or_one_of_our_errors(operation: str, status: int, answer: Any) -> None:
    ends_well(operation, status, json.dumps(answer).encode())


def ends_well(operation: str, status: int, body: bytes) -> None:
    try:
        value = MODELS[operation](wire.parse(operation, status, {}, body).get("Data"))
    except CamsError as error:
        value = str(error)
    # What leaves us can be written down by anybody.
    assert str(value).encode()
