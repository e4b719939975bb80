"""What a person typed behind a slash command, out of what Slack sends of it.

Slack escapes three characters, writes mentions, channels, links and telephone numbers as markup
(https://docs.slack.dev/messaging/formatting-message-text), and telephones put curly quotes and
no-break spaces where plain ones were typed.

Curly quotes count as quotes only around a whole argument. Inside a message they stay: in Chinese they are plain.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot import phones
from bot.errors import UserError

MARKUP = re.compile(r"<([^<>|]+)(?:\|([^<>]*))?>")
ODD_SPACES = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
QUOTES = {'"': '"', "“": "”", "„": "“", "«": "»", "”": "”"}
OPTION = re.compile(r"(?:^|(?<=\s))(space)=(\S+)", re.IGNORECASE)
# E.164 allows fifteen, and people write two zeros before them.
DIGITS_MAX = 17
HERE = "here"
CHANNEL = re.compile(r"[CG][A-Z0-9]{6,}")
PHONE_WORD = re.compile(r"[+(]?[\d().+/\-\u2010-\u2015]+")


@dataclass(frozen=True)
class Understood:
    """What the words say, by the names of a form's fields; not yet checked. `unsure` names fields to be confirmed."""

    values: dict[str, str] = field(default_factory=dict)
    unsure: dict[str, str] = field(default_factory=dict)


def typed(text: str) -> str:
    """Return what was typed where Slack sent this text.

    A mention or a channel becomes its ID, a telephone number its digits, a link or an address what was shown.
    """
    shown = MARKUP.sub(_shown, ODD_SPACES.sub(" ", text))
    return html.unescape(shown).strip()


def _shown(found: re.Match[str]) -> str:
    target, label = found.group(1), found.group(2)
    if target[:1] in "@#!":
        return target[1:]
    return label or target.removeprefix("tel:").removeprefix("mailto:")


def split(text: str) -> tuple[str, str]:
    """Return the first word and the rest."""
    first, *rest = text.split(maxsplit=1)[:2] or [""]
    return first, rest[0] if rest else ""


def unquote(text: str) -> str:
    """Take the quotes off that enclose all of a text."""
    text = text.strip()
    if len(text) > 1 and QUOTES.get(text[0]) == text[-1] and text[0] not in text[1:-1]:
        return text[1:-1].strip()
    return text


def space_only(text: str) -> Understood:
    """`[space]`, also written `space=…`."""
    rest, values = _options(text)
    if rest:
        values.setdefault("space", unquote(rest))
    return Understood(values)


def place(text: str) -> Understood:
    """`[space/channel]`: a channel by its ID, as `#name` or as `here`, under the name `of`."""
    rest, values = _options(text)
    word = unquote(rest)
    if word.lower() == HERE or word.startswith("#"):
        values["of"] = word.lower()
    elif CHANNEL.fullmatch(word):
        values["of"] = word
    elif word:
        values.setdefault("space", word)
    return Understood(values)


def phone_only(text: str) -> Understood:
    """`[phone] [space=…]`."""
    rest, values = _options(text)
    if rest:
        values["phone"] = unquote(rest)
    return Understood(values)


def phone_and_message(text: str) -> Understood:
    """`[phone] [message…] [space=…]`.

    A number may be written in several words, so it ends where the longest number ends. Where a shorter one is a number
    too, nobody can tell whether the next digits are the message's: then the number is unsure.
    """
    rest, values = _options(text)
    phone, message, ends = _leading_phone(rest)
    if phone:
        values["phone"] = phone
    if message:
        values["message"] = unquote(message)
    unsure = {"phone": "Is this the whole number? What follows it could belong to it."} if ends > 1 else {}
    return Understood(values, unsure)


def _options(text: str) -> tuple[str, dict[str, str]]:
    found = {match.group(1).lower(): unquote(match.group(2)) for match in OPTION.finditer(text)}
    return OPTION.sub("", text).strip(), found


def _leading_phone(text: str) -> tuple[str, str, int]:
    """The number at the front of a text, what follows it, and at how many words a number could end."""
    if text[:1] in QUOTES and (end := text.find(QUOTES[text[0]], 1)) > 0 and _number(text[1:end]):
        return text[1:end], text[end + 1 :].strip(), 1
    ends = [end for end in _word_ends(text) if _number(text[:end])]
    if ends:
        return text[: ends[-1]], text[ends[-1] :].strip(), len(ends)
    first, _ = split(text)
    looks_like_one = re.match(r"[+(]?\d", phones.visible(first)) is not None
    if not looks_like_one:
        return "", text, 0
    end = max(_word_ends(text), default=len(first))
    return text[:end], text[end:].strip(), 0


def _word_ends(text: str) -> Iterator[int]:
    """Where each word with a digit ends, as long as every word so far could be a part of a number."""
    digits = 0
    for word in re.finditer(r"\S+", text):
        seen = phones.visible(word.group())
        if digits >= DIGITS_MAX or not PHONE_WORD.fullmatch(seen):
            return
        # A dash behind a number is the message's, or joins the number's next digits to it.
        if found := sum(char.isdigit() for char in seen):
            digits += found
            yield word.end()


def _number(text: str) -> str:
    try:
        return phones.read(text)
    except UserError:
        return ""
