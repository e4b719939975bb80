import hashlib
import json
import string
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from alibabacloud_tea_openapi.utils import Utils, get_canonical_query_string
from hypothesis import given
from hypothesis import strategies as st

from bot.cams import sign

PUBLISHED = json.loads(Path("tests/fixtures/signing-vectors.json").read_text(encoding="utf-8"))
VECTORS = {vector["name"]: vector for vector in PUBLISHED["vectors"]}
KEY = PUBLISHED["access_key_id"], PUBLISHED["access_key_secret"]

texts = st.text(st.characters(exclude_categories=["Cs"]))
names = st.text(string.ascii_letters + string.digits + "._-~", min_size=1)
header_names = st.text(string.ascii_letters + string.digits + "-", min_size=1)
header_values = st.text(st.characters(min_codepoint=32, max_codepoint=126))


@pytest.fixture(params=VECTORS)
def vector(request: pytest.FixtureRequest) -> Any:
    return VECTORS[request.param]


def test_the_canonical_query_is_that_of_the_vector(vector: dict[str, Any]) -> None:
    params = dict(parse_qsl(vector["canonical_query"], keep_blank_values=True))

    assert sign.canonical_query(params) == vector["canonical_query"]


def test_the_canonical_request_is_that_of_the_vector(vector: dict[str, Any]) -> None:
    body = vector["body"].encode()

    assert (
        sign.canonical_request(vector["canonical_query"], vector["signed_headers"], body) == vector["canonical_request"]
    )


def test_the_content_hash_is_that_of_the_vector(vector: dict[str, Any]) -> None:
    assert sign.content_hash(vector["body"].encode()) == vector["signed_headers"]["x-acs-content-sha256"]


def test_the_signature_is_that_of_the_vector(vector: dict[str, Any]) -> None:
    body = vector["body"].encode()
    authorization = sign.authorization(*KEY, vector["canonical_query"], vector["signed_headers"], body)

    assert authorization.endswith(f",Signature={vector['signature']}")


def test_the_authorization_header_is_that_of_the_official_sdk() -> None:
    vector = VECTORS["V4 GetChatappVerifyCode (STS)"]

    assert sign.authorization(*KEY, vector["canonical_query"], vector["signed_headers"]) == vector["authorization"]


def test_the_example_of_the_signature_page_comes_out() -> None:
    query = sign.canonical_query(
        {"ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd", "RegionId": "cn-shanghai"}
    )
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-content-sha256": sign.content_hash(b""),
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
        "x-acs-version": "2014-05-26",
    }
    authorization = sign.authorization("YourAccessKeyId", "YourAccessKeySecret", query, headers)

    assert authorization.endswith("Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0")


def test_a_name_is_encoded_like_a_value() -> None:
    assert sign.canonical_query({"a/b": "c/d", "a": ""}) == "a=&a%2Fb=c%2Fd"


@given(st.dictionaries(names, texts))
def test_the_canonical_query_agrees_with_the_official_sdk(params: dict[str, str]) -> None:
    assert sign.canonical_query(params) == get_canonical_query_string(params)


@given(st.dictionaries(names, texts), st.dictionaries(header_names.map(str.lower), header_values), st.binary())
def test_the_signature_agrees_with_the_official_sdk(
    params: dict[str, str], headers: dict[str, str], body: bytes
) -> None:
    request = SimpleNamespace(method="POST", pathname="/", query=params, headers=headers)
    official = Utils.get_authorization(request, "ACS3-HMAC-SHA256", hashlib.sha256(body).hexdigest(), *KEY)

    assert sign.authorization(*KEY, sign.canonical_query(params), headers, body) == official
