import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.cams.errors import RefusalError
from sandbox.cams.signature import AccessKey, RawRequest, Signatures
from tests.fixtures.acs_signer import Signer

VECTORS = json.loads((Path(__file__).parents[2] / "fixtures/signing-vectors.json").read_text())
SIGNED_AT = datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
KEY = AccessKey("key", "secret")
SIGNER = Signer("key", "secret", "cams.example")


def request(signer: Signer = SIGNER, date: datetime = NOON, **options: Any) -> RawRequest:
    parameters = {"PhoneNumber": "8613800001234", "PrefilledMessage": "a b+c*~/&="}
    signed = signer.sign("CreatePhoneMessageQrdl", parameters, date=date, **options)
    headers = {name.lower(): value for name, value in signed.headers.items()}
    return RawRequest("POST", "/", signed.query, headers, b"")


def refusal(asked: RawRequest, key: AccessKey = KEY, now: datetime = NOON) -> str:
    with pytest.raises(RefusalError) as refused:
        Signatures([key]).verify(asked, now)
    return refused.value.code


@pytest.mark.parametrize("vector", [v for v in VECTORS["vectors"] if "authorization" in v], ids=lambda v: v["name"])
def test_requests_signed_by_the_official_sdk_verify(vector: dict[str, Any]) -> None:
    headers = vector["signed_headers"] | {"authorization": vector["authorization"]}
    key = AccessKey(VECTORS["access_key_id"], VECTORS["access_key_secret"], headers.get("x-acs-security-token", ""))
    sent = RawRequest(vector["method"], vector["path"], vector["canonical_query"], headers, vector["body"].encode())

    assert Signatures([key]).verify(sent, SIGNED_AT) == key


def test_a_query_may_be_encoded_in_another_way_than_it_was_signed() -> None:
    asked = request()
    sent = asked.query.replace("%20", "+").replace("%2A", "*").replace("%2F", "/").replace("%2B", "%2b")

    assert sent != asked.query
    assert Signatures([KEY]).verify(replace(asked, query=sent), NOON) == KEY


def test_another_secret_does_not_match() -> None:
    assert refusal(request(), AccessKey("key", "another secret")) == "SignatureDoesNotMatch"


def test_a_parameter_changed_on_the_way_does_not_match() -> None:
    asked = request()

    assert refusal(replace(asked, query=asked.query.replace("1234", "1235"))) == "SignatureDoesNotMatch"


def test_a_body_that_was_not_signed_does_not_match() -> None:
    assert refusal(replace(request(), body=b"VerifyCode=1")) == "SignatureDoesNotMatch"


def test_the_refusal_of_a_signature_holds_neither_the_signature_nor_the_secret() -> None:
    asked = request()
    with pytest.raises(RefusalError) as refused:
        Signatures([AccessKey("key", "another secret")]).verify(asked, NOON)

    assert asked.headers["authorization"].rpartition("=")[2] not in str(refused.value)
    assert "another secret" not in str(refused.value)


def test_an_unknown_key_is_not_found() -> None:
    with pytest.raises(RefusalError) as refused:
        Signatures([AccessKey("another", "secret")]).verify(request(), NOON)

    assert (refused.value.code, refused.value.http_status) == ("InvalidAccessKeyId.NotFound", 404)


@pytest.mark.parametrize("authorization", ["", "Bearer x", "ACS3-HMAC-SHA256 Credential=key,Signature=é"])
def test_an_authorization_of_another_form_is_incomplete(authorization: str) -> None:
    asked = request()
    headers = dict(asked.headers) | {"authorization": authorization}

    assert refusal(replace(asked, headers=headers)) == "IncompleteSignature"


def test_a_header_of_the_protocol_that_is_not_signed_is_refused() -> None:
    asked = request()
    headers = dict(asked.headers) | {"x-acs-added": "on the way"}

    assert refusal(replace(asked, headers=headers)) == "IncompleteSignature"


def test_a_signed_header_that_did_not_arrive_is_refused() -> None:
    asked = request()
    headers = {name: value for name, value in asked.headers.items() if name != "x-acs-version"}

    assert refusal(replace(asked, headers=headers)) == "IncompleteSignature"


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_date_more_than_fifteen_minutes_away_is_expired(minutes: int) -> None:
    assert refusal(request(date=NOON + timedelta(minutes=minutes))) == "InvalidTimeStamp.Expired"


def test_a_date_in_another_form_is_refused() -> None:
    asked = request()
    headers = dict(asked.headers) | {"x-acs-date": "yesterday"}

    assert refusal(replace(asked, headers=headers)) == "InvalidTimeStamp.Format"


def test_a_nonce_works_once() -> None:
    signatures = Signatures([KEY])
    signatures.verify(request(nonce="n1"), NOON)
    with pytest.raises(RefusalError) as refused:
        signatures.verify(request(nonce="n1"), NOON + timedelta(seconds=1))

    assert refused.value.code == "SignatureNonceUsed"


def test_a_nonce_is_not_forgotten_while_its_date_would_still_do() -> None:
    signatures = Signatures([KEY])
    ahead = NOON + timedelta(minutes=15)
    signatures.verify(request(date=ahead, nonce="n1"), NOON)
    with pytest.raises(RefusalError) as refused:
        signatures.verify(request(date=ahead, nonce="n1"), NOON + timedelta(minutes=30))

    assert refused.value.code == "SignatureNonceUsed"


def test_nonces_are_not_kept_for_ever() -> None:
    signatures = Signatures([KEY])
    for number in range(100):
        signatures.verify(request(nonce=f"old {number}"), NOON)
    later = NOON + timedelta(hours=1)
    for number in range(100):
        signatures.verify(request(date=later, nonce=f"new {number}"), later)

    assert len(signatures._nonces) == 100


def test_a_request_that_was_not_signed_with_the_secret_uses_up_no_nonce() -> None:
    signatures = Signatures([KEY])
    forged = request(Signer("key", "guess", "cams.example"), nonce="n1")
    with pytest.raises(RefusalError):
        signatures.verify(forged, NOON)

    assert signatures.verify(request(nonce="n1"), NOON) == KEY


def test_a_missing_nonce_is_named() -> None:
    assert refusal(request(nonce="")) == "MissingSignatureNonce"


def test_a_temporary_key_needs_its_token() -> None:
    assert refusal(request(), AccessKey("key", "secret", "token")) == "MissingSecurityToken"


def test_a_token_that_belongs_to_another_key_is_refused() -> None:
    asked = request(Signer("key", "secret", "cams.example", "another token"))

    assert refusal(asked, AccessKey("key", "secret", "token")) == "InvalidSecurityToken.MismatchWithAccessKey"


def signed_by(key: AccessKey) -> RawRequest:
    return request(Signer(key.id, key.secret, "cams.example", key.security_token))


def test_a_key_that_was_issued_works_with_its_token() -> None:
    signatures = Signatures([KEY])
    issued = signatures.issue()

    assert signatures.verify(signed_by(issued), NOON) == issued
    assert signatures.verify(request(), NOON) == KEY


def test_every_key_that_is_issued_is_another() -> None:
    signatures = Signatures([])
    first, second = signatures.issue(), signatures.issue()

    assert first.id != second.id
    assert first.secret != second.secret
    assert first.security_token != second.security_token


@pytest.mark.parametrize("seconds", [0, 1])
def test_a_token_is_expired_from_its_end_on(seconds: int) -> None:
    signatures = Signatures([])
    issued = signatures.issue(NOON - timedelta(seconds=seconds))
    with pytest.raises(RefusalError) as refused:
        signatures.verify(signed_by(issued), NOON)

    assert (refused.value.code, refused.value.http_status) == ("InvalidSecurityToken.Expired", 400)


def test_a_token_is_good_until_its_end() -> None:
    signatures = Signatures([])
    issued = signatures.issue(NOON + timedelta(seconds=1))

    assert signatures.verify(signed_by(issued), NOON) == issued


def test_a_token_may_be_made_to_expire_while_it_is_used() -> None:
    signatures = Signatures([])
    issued = signatures.issue()
    signatures.verify(signed_by(issued), NOON)
    signatures.expire(issued.id, NOON)
    with pytest.raises(RefusalError, match=r"InvalidSecurityToken\.Expired"):
        signatures.verify(signed_by(issued), NOON)


def test_a_token_of_another_key_is_not_told_that_it_has_expired() -> None:
    signatures = Signatures([])
    issued = signatures.issue(NOON)
    with pytest.raises(RefusalError, match=r"InvalidSecurityToken\.MismatchWithAccessKey"):
        signatures.verify(signed_by(replace(issued, security_token="another")), NOON)


def test_a_revoked_key_is_not_found_and_its_successor_works() -> None:
    signatures = Signatures([])
    old, new = signatures.issue(), signatures.issue()
    signatures.revoke(old.id)
    with pytest.raises(RefusalError, match=r"InvalidAccessKeyId\.NotFound"):
        signatures.verify(signed_by(old), NOON)

    assert signatures.verify(signed_by(new), NOON) == new


def test_a_key_that_is_not_there_can_neither_expire_nor_be_revoked() -> None:
    with pytest.raises(KeyError):
        Signatures([]).expire("STS.1", NOON)
    with pytest.raises(KeyError):
        Signatures([]).revoke("STS.1")


def test_a_key_without_a_token_cannot_expire() -> None:
    with pytest.raises(ValueError, match="no temporary key"):
        Signatures([KEY]).expire("key", NOON)


def test_secrets_do_not_show_in_a_repr() -> None:
    assert "secret" not in repr(AccessKey("key", "secret", "token"))
    assert "authorization" not in repr(request())
