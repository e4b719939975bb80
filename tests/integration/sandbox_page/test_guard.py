from typing import Any

import aiohttp
import pytest

from sandbox import Sandbox
from tests.integration.sandbox_page.support import Page

ADDRESSES = ("/", "/static/index.html", "/api/stream", "/api/files/F1", "/nowhere")


async def status_of(page: Page, address: str, **headers: str) -> int:
    async with page.get(address, **headers) as answer:
        return int(answer.status)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8080", "localhost", "localhost:1", "[::1]", "[::1]:65535"])
async def test_a_name_of_this_machine_is_let_in(page: Page, host: str) -> None:
    async with page.get("/api/files/F1", Host=host) as answer:
        assert answer.status == 404


@pytest.mark.parametrize(
    "host",
    ["example.com", "127.0.0.1.example.com", "localhost.example.com:80", "[::1].com", "127.0.0.2", "10.0.0.1", ""],
)
async def test_any_other_name_is_refused(page: Page, host: str) -> None:
    assert {await status_of(page, address, Host=host) for address in ADDRESSES} == {403}


@pytest.mark.parametrize("origin", ["https://example.com", "null", "http://127.0.0.1:1", "http://localhost", ""])
async def test_a_page_of_another_origin_is_refused(page: Page, origin: str) -> None:
    assert {await status_of(page, address, Origin=origin) for address in ADDRESSES} == {403}


async def test_a_page_of_another_origin_changes_nothing(
    sandbox: Sandbox, page: Page, session: aiohttp.ClientSession
) -> None:
    body = {"space": "cams-demo1", "status": "REJECTED"}
    headers = {"Origin": "https://example.com"}
    async with session.post(f"{page.url}api/cams/review", json=body, headers=headers) as answer:
        status = answer.status
    waba = sandbox.cams.world.spaces["cams-demo1"].waba

    assert status == 403
    assert waba is not None
    assert waba.account_review_status == "APPROVED"


async def test_the_page_itself_may_act(page: Page, session: aiohttp.ClientSession) -> None:
    body = {"space": "cams-demo1", "status": "REJECTED"}
    headers = {"Origin": page.url.rstrip("/")}
    async with session.post(f"{page.url}api/cams/review", json=body, headers=headers) as answer:
        assert answer.status == 200


@pytest.mark.parametrize("address", [*ADDRESSES, "/api/stream?person=nobody"])
async def test_every_answer_carries_the_security_headers(page: Page, address: str) -> None:
    async with page.get(address) as answer:
        headers = answer.headers

    assert headers["Content-Security-Policy"].startswith("default-src 'self'; img-src 'self' data:;")
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_a_refusal_carries_the_security_headers(page: Page) -> None:
    async with page.get("/", Host="example.com") as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_what_a_form_could_send_is_refused(page: Page, session: aiohttp.ClientSession, content_type: str) -> None:
    data, headers = b'{"space": "cams-demo1", "status": "REJECTED"}', {"Content-Type": content_type}
    async with session.post(f"{page.url}api/cams/review", data=data, headers=headers) as answer:
        said = await answer.json()

    assert answer.status == 400
    assert said == {"ok": False, "error": "The Content-Type has to be application/json."}


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{", "The body is not JSON."),
        (b"\xff", "The body is not JSON."),
        (b"[]", "The body has to be a JSON object."),
        (b"{}", "The body needs the text 'line'."),
        (b'{"line": 1}', "The body needs the text 'line'."),
    ],
)
async def test_a_body_that_is_none_is_refused_in_words(
    page: Page, session: aiohttp.ClientSession, body: bytes, why: str
) -> None:
    headers = {"Content-Type": "application/json"}
    async with session.post(f"{page.url}api/command", data=body, headers=headers) as answer:
        assert (answer.status, await answer.json()) == (400, {"ok": False, "error": why})


ODD: tuple[Any, ...] = (None, True, 0, -1.5, "", "x", [], ["x"], [[]], {}, {"view": "x"}, {"channel": "C", "ts": "1"})
ACTS = {
    "command": ("person", "channel", "line"),
    "say": ("person", "channel", "text", "thread_ts"),
    "shortcut": ("person", "callback_id", "where"),
    "press": ("person", "where", "action_id", "block_id", "choice"),
    "options": ("person", "where", "action_id", "query"),
    "submit": ("person", "view", "values"),
    "close": ("person", "view"),
    "home": ("person",),
    "read": ("person", "channel"),
    "channel/archive": ("person", "channel"),
    "channel/unarchive": ("person", "channel"),
    "channel/rename": ("person", "channel", "name"),
    "channel/kick": ("person", "channel", "who"),
    "channel/invite": ("person", "channel", "who"),
    "message/delete": ("person", "channel", "ts"),
    "cams/review": ("space", "status"),
    "cams/number": ("space", "number", "status", "quality"),
    "cams/profile": ("space", "number", "about", "websites"),
    "cams/code": ("space", "number", "message"),
    "phone/scan": ("file",),
    "weather": ("id", "on"),
}


@pytest.mark.parametrize("act", ACTS)
async def test_odd_values_are_refused_or_done_and_never_break_the_server(page: Page, act: str) -> None:
    statuses = {
        (name, repr(odd)): (await page.try_post(act, dict.fromkeys(ACTS[act], "cams-demo1") | {name: odd}))[0]
        for name in ACTS[act]
        for odd in ODD
    }

    assert [asked for asked, status in statuses.items() if status not in {200, 400}] == []
