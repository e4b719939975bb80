"""A small language of shapes for JSON, and the check of a value against one.

Complaints read as Slack's do: `[ERROR] must be less than 151 characters [json-pointer:/blocks/0/text/text]`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Shape = Callable[[Any, str], Iterator[str]]


def complaint(words: str, pointer: str) -> str:
    """Return a complaint in Slack's form."""
    return f"[ERROR] {words} [json-pointer:{pointer}]"


@dataclass(frozen=True)
class Str:
    """Text of `low` to `high` characters, one of `among` where that is given."""

    high: int | None = None
    low: int = 1
    among: Sequence[str] = ()
    matches: Callable[[str], object] = lambda _: True

    def __call__(self, value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield complaint("must be a string", at)
        elif len(value) < self.low:
            yield complaint(f"must be more than {self.low - 1} characters", at)
        elif self.high is not None and len(value) > self.high:
            yield complaint(f"must be less than {self.high + 1} characters", at)
        elif self.among and value not in self.among:
            yield complaint(f"must be one of {', '.join(self.among)}", at)
        elif not self.matches(value):
            yield complaint("invalid format", at)


@dataclass(frozen=True)
class Whole:
    """A whole number from `low` to `high`."""

    low: int
    high: int

    def __call__(self, value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, int) or isinstance(value, bool):
            yield complaint("must be an integer", at)
        elif not self.low <= value <= self.high:
            yield complaint(f"must be from {self.low} to {self.high}", at)


def flag(value: Any, at: str) -> Iterator[str]:
    """Accept true and false."""
    if not isinstance(value, bool):
        yield complaint("must be a boolean", at)


def anything(_value: Any, _at: str) -> Iterator[str]:
    """Accept any value."""
    yield from ()


def number(value: Any, at: str) -> Iterator[str]:
    """Accept any number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        yield complaint("must be a number", at)


@dataclass(frozen=True)
class Items:
    """A list of `low` to `high` items, each of one shape."""

    of: Shape
    high: int | None = None
    low: int = 1

    def __call__(self, value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield complaint("must be an array", at)
            return
        if len(value) < self.low:
            yield complaint(f"no fewer than {self.low} items allowed", at)
        if self.high is not None and len(value) > self.high:
            yield complaint(f"no more than {self.high} items allowed", at)
        for index, item in enumerate(value):
            yield from self.of(item, f"{at}/{index}")


@dataclass(frozen=True)
class Obj:
    """An object: what it must have, what it may have besides, and rules over the whole of it.

    A rule returns words where it is broken, and nothing where it holds.
    """

    must: Mapping[str, Shape] = field(default_factory=dict)
    may: Mapping[str, Shape] = field(default_factory=dict)
    rules: Sequence[Callable[[Mapping[str, Any]], str]] = ()

    def __call__(self, value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield complaint("must be an object", at)
            return
        yield from (complaint(f"missing required field: {key}", at) for key in self.must if key not in value)
        shapes = {**self.may, **self.must}
        for key, item in value.items():
            if key in shapes:
                yield from shapes[key](item, f"{at}/{key}")
            elif key != "type":
                yield complaint(f"invalid additional property: {key}", at)
        yield from (complaint(words, at) for rule in self.rules if (words := rule(value)))


@dataclass(frozen=True)
class Typed:
    """An object whose `type` says which shape it has."""

    shapes: Mapping[str, Shape]

    def __call__(self, value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield complaint("must be an object", at)
        elif "type" not in value:
            yield complaint("missing required field: type", at)
        elif not isinstance(value["type"], str) or value["type"] not in self.shapes:
            yield complaint(f"unsupported type: {value['type']}", f"{at}/type")
        else:
            yield from self.shapes[value["type"]](value, at)


def exactly_one(*keys: str) -> Callable[[Mapping[str, Any]], str]:
    """Return the rule that exactly one of these keys is there."""
    names = " or ".join(f"`{key}`" for key in keys)
    return lambda value: "" if sum(key in value for key in keys) == 1 else f"must define either {names}"


def at_least_one(*keys: str) -> Callable[[Mapping[str, Any]], str]:
    """Return the rule that one or more of these keys are there."""
    names = " or ".join(f"`{key}`" for key in keys)
    return lambda value: "" if any(key in value for key in keys) else f"must define either {names}"
