"""Telephone numbers: as people write them, as CAMS takes them (digits, country code first), as logs may have them."""

import unicodedata

import phonenumbers

from bot.errors import UserError

SHOWN_AT_THE_END = 2


def read(text: str) -> str:
    """Return the digits of a number written with plus, spaces, dashes, dots or brackets.

    Raises:
        UserError: what is wrong with it, and how it is to be written.
    """
    written = visible(text)
    if not written:
        raise UserError("Give the number with its country code, like +86 138 0000 1234.")
    if strange := next((char for char in written if not _belongs(char)), None):
        raise UserError(f"A telephone number has no “{strange}” in it. Write it like +86 138 0000 1234.")
    digits = "".join(char for char in written if char.isdigit()).removeprefix("00")
    if not _is_number(digits):
        raise UserError("That is no telephone number. Is its country code there? Write it like +86 138 0000 1234.")
    return digits


def visible(text: str) -> str:
    """Leave out what nobody typed: address books wrap numbers in direction marks; full-width digits become plain."""
    return "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf").strip()


def pretty(digits: str) -> str:
    """Write a number as people do: +86 138 0000 1234."""
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return f"+{digits}"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def mask(digits: str) -> str:
    """Hide all of a number but its last two digits."""
    return "•" * max(len(digits) - SHOWN_AT_THE_END, 0) + digits[-SHOWN_AT_THE_END:]


def _belongs(char: str) -> bool:
    if char.isascii() and (char.isdigit() or char in "+-()./"):
        return True
    return char.isspace() or unicodedata.category(char) == "Pd"


def _is_number(digits: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(f"+{digits}"))
    except phonenumbers.NumberParseException:
        return False
