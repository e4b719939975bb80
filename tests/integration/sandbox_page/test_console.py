import io

import qrcode
from PIL import Image
from slack_sdk.web.async_client import AsyncWebClient

from sandbox import Sandbox
from sandbox.cams import PhoneNumber
from tests.fixtures.acs_signer import signer_for
from tests.integration.sandbox_page.support import Page, Stream

NUMBER = {"space": "cams-demo1", "number": "8613800001234"}


def number(sandbox: Sandbox) -> PhoneNumber:
    return sandbox.cams.world.spaces["cams-demo1"].numbers["8613800001234"]


async def upload(client: AsyncWebClient, content: bytes, name: str = "a.png") -> str:
    answer = await client.files_upload_v2(content=content, filename=name)
    return str(answer["files"][0]["id"])


def picture(text: str) -> bytes:
    out = io.BytesIO()
    qrcode.make(text).save(out, "PNG")
    return out.getvalue()


def blank() -> bytes:
    out = io.BytesIO()
    Image.new("L", (50, 50), 255).save(out, "PNG")
    return out.getvalue()


async def test_a_review_takes_any_status(sandbox: Sandbox, page: Page) -> None:
    await page.post("cams/review", space="cams-demo2", status="DEFERRED")
    waba = sandbox.cams.world.spaces["cams-demo2"].waba

    assert waba is not None
    assert waba.account_review_status == "DEFERRED"


async def test_a_review_needs_a_status_and_a_space_with_a_waba(sandbox: Sandbox, page: Page) -> None:
    sandbox.cams.world.add_space("cams-empty", "Empty")

    assert await page.refusal("cams/review", space="cams-demo2", status=" ") == "A review has a status."
    assert await page.refusal("cams/review", space="cams-empty", status="APPROVED") == "cams-empty has no WABA."
    assert await page.refusal("cams/review", space="cams-none", status="APPROVED") == "There is no 'cams-none'."


async def test_a_number_changes_its_status_and_keeps_its_quality(sandbox: Sandbox, page: Page) -> None:
    await page.post("cams/number", **NUMBER, status="BANNED")

    assert (number(sandbox).status, number(sandbox).quality) == ("BANNED", "GREEN")


async def test_a_number_changes_its_verification_and_shows_it(sandbox: Sandbox, page: Page) -> None:
    await page.post("cams/number", **NUMBER, verification="EXPIRED")
    async with page.watching() as stream:
        shown = (await stream.snapshot())["cams"]

    assert number(sandbox).code_verification_status == "EXPIRED"
    assert shown["spaces"][0]["numbers"][0]["verification"] == "EXPIRED"
    assert "EXPIRED" in shown["verifications"]


async def test_a_profile_changes_in_the_fields_that_are_given(sandbox: Sandbox, page: Page) -> None:
    await page.post("cams/profile", **NUMBER, about="New words", websites=["https://new.example/"])
    profile = number(sandbox).profile

    assert (profile.about, profile.websites) == ("New words", ["https://new.example/"])
    assert profile.vertical == "RESTAURANT"


async def test_a_profile_takes_texts_and_a_list_of_websites(page: Page) -> None:
    assert await page.refusal("cams/profile", **NUMBER, about=["a"]) == "'about' has to be a text."
    assert await page.refusal("cams/profile", **NUMBER, websites="a") == "'websites' has to be a list of texts."


async def test_a_code_made_elsewhere_is_told(page: Page, stream: Stream) -> None:
    await page.post("cams/code", **NUMBER, message="<b> & مرحبا")
    first = (await stream.change("cams"))["cams"]["spaces"][0]["numbers"][0]

    assert first["pretty"] == "+86 138 0000 1234"
    assert first["qr_codes"][-1]["message"] == "<b> & مرحبا"


async def test_a_call_is_told_with_what_it_has_used_of_the_quota(
    sandbox: Sandbox, page: Page, stream: Stream, client: AsyncWebClient
) -> None:
    signed = signer_for(sandbox.cams).sign("QueryChatappBindWaba", {"CustSpaceId": "cams-demo1"})
    assert client.session is not None
    async with client.session.post(f"{sandbox.cams.url}/?{signed.query}", headers=signed.headers) as answer:
        assert answer.status == 200
    told = await stream.change("call")
    used = {one["operation"]: (one["used"], one["limit"]) for one in told["quota"]}
    settled = await stream.change("quota")

    assert (told["call"]["id"], told["call"]["operation"], told["call"]["code"]) == (1, "QueryChatappBindWaba", "OK")
    assert told["call"]["parameters"] == {"CustSpaceId": "cams-demo1"}
    assert told["call"]["caller"].startswith("LTAI")
    assert used["QueryChatappBindWaba"] == (1, 10)
    assert {one["used"] for one in settled["quota"]} == {0}


async def test_the_phone_shows_the_chat_that_a_known_code_opens(
    sandbox: Sandbox, page: Page, client: AsyncWebClient
) -> None:
    link = number(sandbox).qr_codes["HARBOUR0COFFEE"].deep_link_url
    scanned = await page.post("phone/scan", file=await upload(client, picture(link)))

    assert scanned == {
        "ok": True,
        "text": link,
        "number": "+86 138 0000 1234",
        "message": "<b>2 for 1</b> & *free* cake 🍰 مرحبا",
        "known": True,
    }


async def test_the_phone_shows_another_text_as_it_is(page: Page, client: AsyncWebClient) -> None:
    scanned = await page.post("phone/scan", file=await upload(client, picture("javascript:alert(1)")))

    assert scanned == {"ok": True, "text": "javascript:alert(1)", "number": "", "message": "", "known": False}


async def test_the_phone_says_what_it_cannot_read(page: Page, client: AsyncWebClient) -> None:
    words, empty = await upload(client, b"no picture"), await upload(client, blank())

    assert await page.refusal("phone/scan", file=words) == "That file is no picture."
    assert await page.refusal("phone/scan", file=empty) == "The phone finds no QR code in that picture."
    assert await page.refusal("phone/scan", file="F0") == "There is no 'F0'."


async def test_a_picture_is_shown_in_the_page(page: Page, client: AsyncWebClient) -> None:
    file_id = await upload(client, blank(), 'Café "1".png')
    async with page.get(f"api/files/{file_id}") as answer:
        body = await answer.read()

    assert body == blank()
    assert answer.content_type == "image/png"
    assert answer.headers["Content-Disposition"].startswith("inline")


async def test_a_download_is_one(page: Page, client: AsyncWebClient) -> None:
    async with page.get(f"api/files/{await upload(client, blank())}?download=1") as answer:
        assert answer.headers["Content-Disposition"] == 'attachment; filename="a.png"'


async def test_what_could_run_in_the_page_is_a_download_of_bytes(page: Page, client: AsyncWebClient) -> None:
    for name in ("a.svg", "a.html", "a"):
        async with page.get(f"api/files/{await upload(client, b'<script>', name)}") as answer:
            assert answer.content_type == "application/octet-stream"
            assert answer.headers["Content-Disposition"].startswith("attachment")


async def test_a_file_that_is_not_there_is_not_found(page: Page) -> None:
    async with page.get("api/files/F0") as answer:
        assert answer.status == 404
