"""The fields that the forms are made of: each shows a value and checks it."""

from collections.abc import Mapping
from itertools import chain, islice

from bot import blocks, phones
from bot.blocks import Block
from bot.cams.values import LOCALES, MESSAGE_MAX, VERIFY_METHODS
from bot.errors import UserError
from bot.register import Known, Register
from handlers.modals import Field

INPUT_MAX = 3000
VALUE_MAX = 150
# In UTF-16 units: longer than any that was seen, and short enough for what an option, a button or a view can hold.
SPACE_MAX = 128
OPTIONS_MAX = 100
NAME_MIN = 10
TYPED_MAX = 60
METHODS = {"sms": "Text message (SMS)", "voice": "Telephone call"}
DEFAULT_LOCALE = "en_US"


def _text(value: str, **more: object) -> Block:
    # An initial value longer than max_length is refused by Slack, so the limit is set only where it holds.
    initial = {"initial_value": blocks.shorten(value, INPUT_MAX)} if value.strip() else {}
    return {"type": "plain_text_input", **initial, **more}


def _phone_element(value: str, _register: Register) -> Block:
    return _text(value, placeholder=blocks.plain("+86 138 0000 1234", blocks.OPTION_MAX))


def _message_element(value: str, _register: Register) -> Block:
    limit = {"max_length": MESSAGE_MAX} if blocks.units(value) <= MESSAGE_MAX else {}
    return _text(value, multiline=True, **limit)


def _check_message(value: str) -> str:
    if not value:
        raise UserError("Give the message that the customer's chat begins with.")
    if len(value) > MESSAGE_MAX:
        raise UserError(f"The message has {len(value)} characters; WhatsApp takes at most {MESSAGE_MAX}.")
    return value


def _check_space(value: str) -> str:
    if value.startswith("#"):
        raise UserError("A space is meant here, not a channel. `/cams spaces` lists those that I know.")
    strange = any(char.isspace() or char == "\N{REPLACEMENT CHARACTER}" for char in value)
    if not 0 < blocks.units(value) <= SPACE_MAX or strange or not value.isprintable():
        raise UserError(
            "A space ID has no blanks in it, like cams-kei0001. The console shows it in Channel Management."
        )
    return value


def _is_space(value: str) -> bool:
    try:
        return _check_space(value) == value
    except UserError:
        return False


def _space_element(value: str, register: Register) -> Block:
    initial = {"initial_option": _space(value, register.get(value))} if value.strip() else {}
    return {"type": "external_select", "min_query_length": 0, **initial}


def _space(space_id: str, known: Known | None) -> Block:
    """A space as an option: its name and its ID, of which the name is cut where both are too long."""
    space = blocks.shorten(space_id, VALUE_MAX)
    room = blocks.OPTION_MAX - blocks.units(f" ({space})")
    named = known is not None and known.name.strip() and room >= NAME_MIN
    return blocks.option(space, f"{blocks.shorten(known.name, room)} ({space})" if known and named else space)


def spaces(typed: str, register: Register) -> list[Block]:
    """The spaces with what was typed in them; last, what was typed itself, where it could be one that is not known.

    Where nothing was typed the default one comes first.
    """
    wanted = typed.strip()
    first = None if wanted else register.get(register.default_space)
    found = chain([first] if first else [], (known for known in register.search(wanted) if known is not first))
    usable = (known for known in found if _is_space(known.space.space_id))
    unknown = register.get(wanted) is None and _is_space(wanted)
    offered = [_space(known.space.space_id, known) for known in islice(usable, OPTIONS_MAX - unknown)]
    return [*offered, blocks.option(wanted, f"Use “{blocks.shorten(wanted, TYPED_MAX)}”")] if unknown else offered


def _channel_element(value: str, _register: Register) -> Block:
    initial = {"initial_conversation": value} if value[:1] in {"C", "G"} else {"default_to_current_conversation": True}
    include = {"include": ["public", "private"], "exclude_bot_users": True}
    return {"type": "conversations_select", "filter": include, **initial}


def _check_channel(value: str) -> str:
    if not value:
        raise UserError("Choose the channel that the picture goes into.")
    return value


def _method_element(value: str, _register: Register) -> Block:
    options = [blocks.option(method, METHODS[method]) for method in VERIFY_METHODS]
    chosen = next((one for one in options if one["value"] == value), options[0])
    return {"type": "radio_buttons", "options": options, "initial_option": chosen}


def _check_method(value: str) -> str:
    if value.lower() not in VERIFY_METHODS:
        raise UserError("The code comes by sms or by voice.")
    return value.lower()


def _language(locale: str) -> Block:
    return blocks.option(locale, f"{LOCALES[locale]} ({locale})")


def _language_element(value: str, _register: Register) -> Block:
    chosen = value if value in LOCALES else DEFAULT_LOCALE
    return {"type": "external_select", "min_query_length": 0, "initial_option": _language(chosen)}


def _check_language(value: str) -> str:
    if value not in LOCALES:
        raise UserError("Choose a language from the list.")
    return value


def languages(typed: str, _register: Register) -> list[Block]:
    """The languages whose name or code has what was typed in it; those that begin with it first."""
    wanted = typed.strip().casefold()
    names: Mapping[str, str] = {locale: f"{LOCALES[locale]} {locale}".casefold() for locale in LOCALES}
    found = [locale for locale, name in names.items() if wanted in name]
    found.sort(key=lambda locale: not names[locale].startswith(wanted))
    return [_language(locale) for locale in found[:OPTIONS_MAX]]


PHONE = Field(
    "phone",
    "Number",
    phones.read,
    _phone_element,
    hint="With its country code, written as you like.",
)
MESSAGE = Field(
    "message",
    "Message",
    _check_message,
    _message_element,
    hint=f"What the customer's chat begins with; at most {MESSAGE_MAX} characters.",
)
SPACE = Field(
    "space",
    "Space",
    _check_space,
    _space_element,
    hint="Leave it empty for the space that the number is known to belong to, or the default one.",
    optional=True,
    options=spaces,
)
CHANNEL = Field("channel", "Post in", _check_channel, _channel_element)
METHOD = Field("method", "How the code comes", _check_method, _method_element, default="sms")
LANGUAGE = Field(
    "language",
    "Language of the message",
    _check_language,
    _language_element,
    default=DEFAULT_LOCALE,
    options=languages,
)
