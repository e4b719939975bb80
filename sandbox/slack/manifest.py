"""What an app says of itself: https://docs.slack.dev/reference/app-manifest."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import yaml

from sandbox.slack.model import Json


@dataclass(frozen=True)
class Manifest:
    """As much of a manifest as a person sees at work. Without commands it is not known which there are."""

    name: str = "app"
    commands: tuple[Json, ...] = ()
    shortcuts: tuple[Json, ...] = ()
    scopes: tuple[str, ...] = ()
    events: frozenset[str] = frozenset()
    has_home: bool = True

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a manifest from YAML, or from JSON, which is YAML too.

        Raises:
            OSError: the file cannot be read.
            ValueError: it is no manifest.
        """
        try:
            said = yaml.safe_load(path.read_text(encoding="utf-8"))
            return cls._from(_part(said, "features"), said)
        except (yaml.YAMLError, AttributeError, KeyError, TypeError) as exc:
            raise ValueError(f"{path} is no manifest of a Slack app: {exc}") from exc

    @classmethod
    def _from(cls, features: Mapping[str, Any], said: Mapping[str, Any]) -> Self:
        commands = [_with_texts(item, "command", "description") for item in features.get("slash_commands") or []]
        shortcuts = [_with_texts(item, "callback_id", "name", "type") for item in features.get("shortcuts") or []]
        return cls(
            name=_part(features, "bot_user").get("display_name") or _part(said, "display_information")["name"],
            commands=tuple({**item, "usage_hint": item.get("usage_hint", "")} for item in commands),
            shortcuts=tuple({**item, "description": item.get("description", "")} for item in shortcuts),
            scopes=tuple(_part(said, "oauth_config", "scopes").get("bot") or ()),
            events=frozenset(_part(said, "settings", "event_subscriptions").get("bot_events") or ()),
            has_home=bool(_part(features, "app_home").get("home_tab_enabled")),
        )


def _part(whole: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    for key in keys:
        whole = whole.get(key) or {}
    return whole


def _with_texts(item: Json, *keys: str) -> Json:
    return {**item, **{key: str(item[key]) for key in keys}}
