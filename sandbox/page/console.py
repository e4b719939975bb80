"""What is done on the page behind Slack's back: at Meta, on somebody's phone, to the weather."""

import asyncio
import io
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import zxingcpp
from PIL import Image, UnidentifiedImageError

from sandbox.cams import BusinessProfile, PhoneNumber, World
from sandbox.page import cams_side
from sandbox.page.acts import DONE, Act
from sandbox.page.asked import Asked, BadAskError
from sandbox.page.desk import Desk
from sandbox.slack.model import Json

PROFILE_FIELDS = {field.name for field in fields(BusinessProfile)}


class Console:
    """The acts by their names below /api/. Each may raise BadAskError and KeyError."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def by_name(self) -> Mapping[str, Act]:
        return {
            "cams/review": self.review,
            "cams/number": self.number,
            "cams/profile": self.profile,
            "cams/code": self.code,
            "phone/scan": self.scan,
            "weather": self.switch,
            "weather/clear": self.clear,
        }

    @property
    def _world(self) -> World:
        return self._desk.cams.world

    async def review(self, asked: Asked) -> Json:
        """{space, status}: any word may be a status."""
        space, status = asked.text("space"), asked.text("status").strip()
        if self._world.spaces[space].waba is None:
            raise BadAskError(f"{space} has no WABA.")
        if not status:
            raise BadAskError("A review has a status.")
        self._world.review(space, status)
        return DONE

    async def number(self, asked: Asked) -> Json:
        """{space, number, status?, quality?, verification?}."""
        changed = {name: asked.text(name, "") for name in ("status", "quality", "verification")}
        self._world.change_number(asked.text("space"), asked.text("number"), **changed)
        return DONE

    async def profile(self, asked: Asked) -> Json:
        """{space, number, and fields of BusinessProfile}; those that are not given stay."""
        space, digits = asked.text("space"), asked.text("number")
        changed = {name: value for name, value in asked.items().items() if name in PROFILE_FIELDS}
        for name, value in changed.items():
            _check_profile_field(name, value)
        before = self._world.spaces[space].numbers[digits].profile
        self._world.change_profile(space, digits, replace(before, **changed))
        return DONE

    async def code(self, asked: Asked) -> Json:
        """{space, number, message}: somebody makes a code elsewhere."""
        number = self._world.spaces[asked.text("space")].numbers[asked.text("number")]
        self._world.add_qr_code(number, asked.text("message"), "PNG")
        return DONE

    async def scan(self, asked: Asked) -> Json:
        """{file} -> {text, number, message, known}: hold the phone before a picture."""
        file = self._desk.slack.workspace.files[asked.text("file")]
        text = await asyncio.to_thread(_scanned, file.content or b"")
        found = self._chat(text)
        if found is None:
            return {"ok": True, "text": text, "number": "", "message": "", "known": False}
        number, message = found
        return {"ok": True, "text": text, "number": cams_side.pretty(number.digits), "message": message, "known": True}

    def _chat(self, link: str) -> tuple[PhoneNumber, str] | None:
        """Return the number that a link opens a chat with, and the message that stands there then."""
        numbers = [number for space in self._world.spaces.values() for number in space.numbers.values()]
        found = (
            (number, made.message)
            for number in numbers
            for made in number.qr_codes.values()
            if made.deep_link_url == link
        )
        return next(found, None)

    async def switch(self, asked: Asked) -> Json:
        """{id, on}."""
        await self._desk.weather.switches[asked.text("id")].turn(asked.flag("on"))
        self._desk.weather_changed()
        return DONE

    async def clear(self, _asked: Asked) -> Json:
        await self._desk.weather.clear()
        self._desk.weather_changed()
        return DONE


def _check_profile_field(name: str, value: Any) -> None:
    wanted = list if name == "websites" else str
    if not isinstance(value, wanted) or (isinstance(value, list) and not all(isinstance(one, str) for one in value)):
        raise BadAskError(f"{name!r} has to be {'a list of texts' if wanted is list else 'a text'}.")


def _scanned(picture: bytes) -> str:
    """Return the text of the QR code in a picture. Raises BadAskError where there is none."""
    try:
        with Image.open(io.BytesIO(picture)) as image:
            found = zxingcpp.read_barcodes(image)
    except UnidentifiedImageError as exc:
        raise BadAskError("That file is no picture.") from exc
    if not found:
        raise BadAskError("The phone finds no QR code in that picture.")
    return str(found[0].text)
