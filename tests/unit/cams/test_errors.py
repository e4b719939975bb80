import pytest

from bot.cams import errors
from bot.cams.errors import CamsError, CamsRefusedError

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_is_a_cams_error_and_carries_the_facts(kind: type[CamsError]) -> None:
    error = kind("ListInstance", "no", code="A.B", request_id="90E6-1", http_status=400)

    assert (error.operation, error.message, error.code, error.request_id, error.http_status) == (
        "ListInstance",
        "no",
        "A.B",
        "90E6-1",
        400,
    )


def test_the_text_is_one_line_with_all_that_is_known() -> None:
    error = CamsRefusedError("ListInstance", "not\n allowed", code="A.B", request_id="90E6-1", http_status=400)

    assert str(error) == "ListInstance: not allowed (A.B, HTTP 400, RequestId 90E6-1)"


def test_the_text_names_nothing_that_is_not_known() -> None:
    assert str(CamsRefusedError("ListInstance", "no")) == "ListInstance: no"


@pytest.mark.parametrize(
    "secret",
    [
        "8613800001234",
        "+86 138-0000-1234",
        "(86) 138.0000.1234",
        "EXAMPLESECRETexampleSECRET0001",
        "LTAI5tEXAMPLEKEYID0000001",
        "STSTOKEN0123456789/abc+def==",
        "164f8e23ae0d1e2d04be8c092b5bd9fa9eec610b1ce91a0b1c0a0f2a2794f616",
        "PhoneNumber=8613800001234&PrefilledMessage=x",
    ],
)
def test_a_number_a_key_and_a_signature_are_masked_in_text_and_repr(secret: str) -> None:
    error = CamsRefusedError("ListInstance", f"server string to sign is [{secret}]", code=secret)

    assert "1234" not in f"{error} {error!r} {error.message} {error.code}"
    assert secret not in f"{error} {error!r} {error.message} {error.code}"


@pytest.mark.parametrize("text", ["InvalidParameter.HeaderTypeNotSupport", "(#136024) Request code error", "你好"])
def test_what_helps_to_find_the_cause_stays(text: str) -> None:
    assert CamsRefusedError("ListInstance", text).message == text


def test_a_long_message_is_shortened() -> None:
    assert len(CamsRefusedError("ListInstance", "ab " * 100_000).message) < 600


def test_a_request_id_is_never_masked() -> None:
    request_id = "90E63D28-E31D-1EB2-8939-A94866411B20"

    assert CamsRefusedError("ListInstance", "no", request_id=request_id).request_id == request_id


def test_an_error_that_befell_an_operation_keeps_its_class_and_message() -> None:
    error = errors.CamsCredentialsMissingError("credentials", "none").during("ListInstance", http_status=200)

    assert isinstance(error, errors.CamsCredentialsMissingError)
    assert str(error) == "ListInstance: none (HTTP 200)"
