from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackRequestError
from structlog.testing import capture_logs

from bot.cams.errors import (
    CamsCredentialsMissingError,
    CamsCredentialsRefusedError,
    CamsError,
    CamsNotSentError,
    CamsPermissionError,
    CamsRefusedError,
    CamsThrottledError,
    CamsUnknownOutcomeError,
)
from bot.errors import AccessDeniedError, FieldErrors, UserError
from bot.qr import UnreadablePictureError
from handlers.errors import explain
from tests.fixtures.refusals import refused, without_response

REQUEST_ID = "0A1B2C3D-1234-5678-9012-ABCDEF012345"
SECRETS = ("LTAI5tFakeAccessKeyId123", "c2VjcmV0LXNpZ25hdHVyZS0xMjM0NTY3ODkw", "8613800001234")


def error(kind: type[CamsError], operation: str, code: str, message: str = "They say so.") -> CamsError:
    return kind(operation, message, code=code, request_id=REQUEST_ID, http_status=400)


@pytest.mark.parametrize(
    ("kind", "code", "says"),
    [
        (CamsRefusedError, "Product.Unsubscript", "has not activated Chat App Message Service"),
        (CamsRefusedError, "Unknown.ResourceOwnerId", "does not belong to the account of the AccessKey"),
        (CamsRefusedError, "InvalidParameter.PhoneNumberError", "does not know this number in this space"),
        (CamsThrottledError, "System.LimitControl", "rate limit is used up. Nothing was done; try again"),
        (CamsThrottledError, "Throttling.User", "rate limit is used up. Nothing was done; try again"),
        (CamsRefusedError, "Never.Seen", "CAMS says: They say so. Nothing was done."),
        (CamsPermissionError, "Forbidden.RAM", "Allow the action cams:QueryChatappBindWaba in its RAM policy"),
        (CamsCredentialsRefusedError, "InvalidAccessKeyId.NotFound", "does not accept the AccessKey"),
        (CamsCredentialsRefusedError, "SignatureDoesNotMatch", "does not accept the AccessKey"),
        (CamsNotSentError, "", "could not be reached, and nothing was done. Try again"),
        (CamsUnknownOutcomeError, "InternalError", "no usable answer. Nothing was changed by asking; try again"),
        (CamsCredentialsMissingError, "", "no Alibaba Cloud credentials to sign with. They say so."),
    ],
)
def test_a_refusal_says_what_failed_what_it_means_and_what_to_do(kind: type[CamsError], code: str, says: str) -> None:
    said = explain(error(kind, "QueryChatappBindWaba", code))

    assert said.startswith("Looking at the WABA failed. ")
    assert says in said


@pytest.mark.parametrize(
    ("code", "end"),
    [("Never.Seen", f"(code Never.Seen, RequestId {REQUEST_ID})"), ("", f"(RequestId {REQUEST_ID})")],
)
@pytest.mark.parametrize(
    "kind",
    [
        CamsRefusedError,
        CamsThrottledError,
        CamsPermissionError,
        CamsCredentialsRefusedError,
        CamsNotSentError,
        CamsUnknownOutcomeError,
        CamsCredentialsMissingError,
    ],
)
@pytest.mark.parametrize("operation", ["CreatePhoneMessageQrdl", "GetChatappVerifyCode", "ListPhoneMessageQrdl"])
def test_every_sentence_ends_with_the_code_and_the_request_id(
    kind: type[CamsError], operation: str, code: str, end: str
) -> None:
    assert explain(error(kind, operation, code)).endswith(end)


def test_without_a_code_or_a_request_id_nothing_stands_in_their_place() -> None:
    said = explain(CamsNotSentError("QueryChatappBindWaba", "no route"))

    assert said.endswith("check CAMS_ENDPOINT.")


@pytest.mark.parametrize(
    ("operation", "next_step"),
    [
        ("CreatePhoneMessageQrdl", "Look at `/cams qr list` first"),
        ("GetChatappVerifyCode", "Wait two minutes and look at the telephone before you request another"),
    ],
)
def test_a_write_without_an_answer_may_have_happened(operation: str, next_step: str) -> None:
    said = explain(error(CamsUnknownOutcomeError, operation, "InternalError"))

    assert "it may or may not have happened" in said
    assert next_step in said


def test_a_code_that_may_have_been_sent_is_said_not_to_be_repeated() -> None:
    assert "It was not repeated." in explain(error(CamsUnknownOutcomeError, "GetChatappVerifyCode", ""))


def test_an_operation_of_tomorrow_is_named_as_it_is() -> None:
    assert explain(error(CamsRefusedError, "DeletePhone", "X")).startswith("DeletePhone failed. ")


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("kind", [CamsRefusedError, CamsCredentialsMissingError])
def test_what_cams_says_back_of_our_request_is_not_shown(kind: type[CamsError], secret: str) -> None:
    said = explain(error(kind, "QueryChatappBindWaba", "Never.Seen", f"server string to sign is {' '.join(SECRETS)}"))

    assert secret not in said


@pytest.mark.parametrize(
    ("known", "says"),
    [
        (UserError("Do it so."), "Do it so."),
        (AccessDeniedError("You may not."), "You may not."),
        (FieldErrors({"a": "No a.", "b": "No b."}), "No a. No b."),
    ],
)
def test_what_is_meant_for_who_asked_is_told_as_it_is(known: UserError, says: str) -> None:
    assert explain(known) == says


def test_a_picture_that_does_not_scan_was_not_posted() -> None:
    said = explain(UnreadablePictureError("The picture of this link does not scan."))

    assert said.startswith("The picture of this link does not scan. Nothing was posted.")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (refused("not_in_channel"), "not_in_channel"),
        (refused("", data="<html>"), "unreadable_answer"),
        (without_response("no JSON", object()), "unreadable_answer"),
        (without_response("no answer", {"ok": False, "error": "request_timeout"}), "request_timeout"),
    ],
)
def test_a_refusal_of_slack_is_named(error: Exception, says: str) -> None:
    assert says in explain(error)


@pytest.mark.parametrize(
    "error",
    [aiohttp.ClientConnectionError("xoxb-secret"), TimeoutError("xoxb-secret"), SlackRequestError("xoxb-secret")],
)
def test_where_slack_did_not_answer_nothing_of_the_request_is_shown(error: Exception) -> None:
    said = explain(error)

    assert "Slack did not take the answer" in said
    assert "secret" not in said


@pytest.mark.parametrize(
    "error",
    [ValueError("xoxb-secret"), KeyError("xoxb-secret"), ZeroDivisionError(), refused("x", data={"error": "xoxb"})],
)
def test_nothing_but_its_own_name_is_shown_of_an_error(error: Exception) -> None:
    assert "secret" not in explain(error)


def test_what_nobody_expected_says_so_and_is_logged_whole() -> None:
    mistake = ValueError("a mistake")
    logs: list[Any]
    with capture_logs() as logs:
        said = explain(mistake)

    assert said == "That failed, and it is this bot's fault. Its log has the details."
    assert [(entry["log_level"], entry["exc_info"]) for entry in logs] == [("error", mistake)]


def test_what_is_expected_leaves_no_traceback() -> None:
    with capture_logs() as logs:
        explain(error(CamsThrottledError, "QueryChatappBindWaba", "System.LimitControl"))

    assert [(entry["log_level"], "exc_info" in entry) for entry in logs] == [("info", False)]
