"""Forms: how one is built, and how what was sent is read back.

A field's name is its block_id, so that Slack shows an error beside it. Errors known before the form opens stand under
their field, since Slack takes native ones only as an answer to a submission
(https://docs.slack.dev/surfaces/modals#displaying_errors).
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot import blocks
from bot.blocks import Block
from bot.errors import UserError
from bot.register import Register

LABEL_MAX = 2000
TITLE_MAX = 24
# So many fields of a modal are seen without scrolling.
FIELDS_IN_SIGHT = 4
CONFIRMED = ":confirmed"
BACK = "form.back"
CHOSEN = ("selected_conversation", "selected_user", "selected_date_time")


@dataclass(frozen=True)
class Field:
    """One input. `check` returns the value as it is meant, or raises UserError with what is wrong.

    `options` is what a list offers for what was typed. Both it and `element` are made of what is in memory.
    """

    name: str
    label: str
    check: Callable[[str], str]
    element: Callable[[str, Register], Block]
    hint: str = ""
    optional: bool = False
    default: str = ""
    options: Callable[[str, Register], list[Block]] | None = None


@dataclass(frozen=True)
class Sent:
    """What came back with a view: raw values of its fields, and what we put into it."""

    values: Mapping[str, str]
    channel_id: str


@dataclass(frozen=True)
class Form:
    """A modal of fields. `id` is its callback_id; `kept` are values that it carries without showing them."""

    id: str
    title: str
    submit: str
    fields: tuple[Field, ...]
    kept: tuple[str, ...] = ()

    def check(self, values: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        """Return the checked values, and a sentence for each field that has none."""
        checked = {name: values[name] for name in self.kept if name in values}
        errors: dict[str, str] = {}
        for one in self.fields:
            value = blocks.clean(values.get(one.name, "")).strip() or one.default
            if not value and one.optional:
                continue
            try:
                checked[one.name] = one.check(value)
            except UserError as exc:
                errors[one.name] = str(exc)
        return checked, errors

    def view(
        self,
        filled: Mapping[str, str],
        errors: Mapping[str, str],
        channel_id: str,
        register: Register,
        notice: str = "",
    ) -> Block:
        """Build the modal with what is known filled in, and what is wrong with it beside its field."""
        notice = notice or self._out_of_sight(errors)
        shown: list[Block] = [blocks.prose(f"⚠ {notice}")] if notice else []
        for one in self.fields:
            element = one.element(filled.get(one.name, "") or one.default, register)
            shown.append(_input(self.id, one, element))
            if one.name in errors:
                shown.append(blocks.context(f"⚠ {errors[one.name]}"))
        holds: dict[str, Any] = {"channel": channel_id}
        if self.kept:
            holds["values"] = {name: filled.get(name, "") for name in self.kept}
        return _modal(self.title, shown, callback_id=self.id, submit=self.submit, holds=holds)

    def _out_of_sight(self, errors: Mapping[str, str]) -> str:
        """Say above a long form what is wrong further down, "" where that is nothing."""
        wrong = [one.label for one in self.fields[FIELDS_IN_SIGHT:] if one.name in errors]
        return (
            f"Nothing was done. Look further down, at: {', '.join(f'“{label}”' for label in wrong)}." if wrong else ""
        )

    def confirm_view(self, values: Mapping[str, str], channel_id: str, shown: Sequence[Block]) -> Block:
        """Build the second page, which says what will happen; sending it makes it happen."""
        back = blocks.actions(blocks.button("Change", BACK))
        return _modal(
            self.title,
            [*shown, back],
            callback_id=f"{self.id}{CONFIRMED}",
            submit="Yes, do it",
            holds={"channel": channel_id, "values": dict(values), "form": self.id},
        )


def loading_view(title: str, channel_id: str, text: str = "Working on it. This takes a few seconds.") -> Block:
    """Build what is shown while CAMS is asked."""
    shown = [blocks.lines([blocks.emoji("hourglass_flowing_sand"), f" {text}"])]
    return _modal(title, shown, holds={"channel": channel_id})


def result_view(title: str, shown: Sequence[Block], channel_id: str) -> Block:
    """Build what is shown at the end."""
    return _modal(title, blocks.without_tables(shown), holds={"channel": channel_id}, close="Done")


def read(view: Mapping[str, Any]) -> Sent:
    """Read back what a view held and what was put into its fields."""
    held = json.loads(view.get("private_metadata") or "{}")
    values = dict(held.get("values", {}))
    for name, elements in view.get("state", {}).get("values", {}).items():
        (element,) = elements.values()
        values[name] = entered(element)
    return Sent(values, str(values.get("channel") or held.get("channel", "")))


def form_of(view: Mapping[str, Any]) -> str:
    """Return the id of the form whose second page this is."""
    return str(json.loads(view.get("private_metadata") or "{}").get("form", ""))


def entered(element: Mapping[str, Any]) -> str:
    """Return what was put into a field or chosen in a select, "" for nothing."""
    option = element.get("selected_option") or {}
    chosen = (element.get(name) for name in CHOSEN)
    return str(element.get("value") or option.get("value") or next(filter(None, chosen), ""))


def _input(form_id: str, one: Field, element: Block) -> Block:
    hint = {"hint": blocks.plain(one.hint, LABEL_MAX)} if one.hint else {}
    return {
        "type": "input",
        "block_id": one.name,
        "optional": one.optional,
        "label": blocks.plain(one.label, LABEL_MAX),
        "element": {**element, "action_id": f"{form_id}.{one.name}"},
        **hint,
    }


def _modal(title: str, shown: list[Block], *, holds: Mapping[str, Any], close: str = "Close", **more: str) -> Block:
    submit = {"submit": blocks.plain(more.pop("submit"), TITLE_MAX)} if "submit" in more else {}
    return {
        "type": "modal",
        "title": blocks.plain(title, TITLE_MAX),
        "close": blocks.plain(close, TITLE_MAX),
        "blocks": shown,
        "private_metadata": json.dumps(holds, ensure_ascii=False),
        **submit,
        **more,
    }
