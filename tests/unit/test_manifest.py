"""`manifest.yml` against what the program answers and asks for, and against Slack's own schema of manifests."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from slack_sdk.web.async_client import AsyncWebClient

from bot import channels
from handlers import ROUTES
from handlers.router import ABOUT_CHANNELS
from handlers.routes import COMMAND
from sandbox.slack.web_api import METHODS

ROOT = Path(__file__).parents[2]
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text(encoding="utf-8"))
# https://github.com/slackapi/manifest-schema, version 1, under the licence beside it.
SCHEMA = json.loads((ROOT / "tests/fixtures/slack_manifest/schema.json").read_text(encoding="utf-8"))
SLASH_COMMANDS = {one["command"]: one for one in MANIFEST["features"]["slash_commands"]}
FIXED = {name: name.removeprefix(f"{COMMAND}-") for name in SLASH_COMMANDS if name != COMMAND}

# The scopes that each method's page at https://docs.slack.dev/reference/methods demands of a bot token.
SCOPES = {
    "auth_test": set[str](),
    # Asked with the app-level token, whose connections:write stands in no manifest.
    "apps_connections_open": set[str](),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    # Where alerts go: a talk with one person is not read back.
    "conversations_history": {"channels:history", "groups:history"},
    # A scope for each kind of conversation; in group direct messages (mpim) the bot does not post.
    "conversations_info": {"channels:read", "groups:read", "im:read"},
    "conversations_join": {"channels:join"},
    "conversations_replies": {"channels:history", "groups:history"},
    # files.getUploadURLExternal and files.completeUploadExternal.
    "files_upload_v2": {"files:write"},
    "usergroups_users_list": {"usergroups:read"},
    # As with conversations_info, but that only channels are asked for.
    "users_conversations": {"channels:read", "groups:read"},
    "users_info": {"users:read"},
    "views_open": set[str](),
    "views_update": set[str](),
}


def methods_called() -> Iterator[str]:
    for file in [*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and "_" in node.attr.strip("_") and node.attr in vars(AsyncWebClient):
                yield node.attr


def test_slack_takes_the_manifest() -> None:
    jsonschema.Draft7Validator(SCHEMA).validate(MANIFEST)


def test_the_scopes_are_those_of_the_methods_that_are_called_and_no_more() -> None:
    # `commands` lets slash commands and shortcuts be.
    needed = {"commands"}.union(*SCOPES.values())

    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == needed
    assert len(MANIFEST["oauth_config"]["scopes"]["bot"]) == len(needed)


def test_no_scope_of_a_user_is_asked_for() -> None:
    assert list(MANIFEST["oauth_config"]["scopes"]) == ["bot"]


def test_every_method_that_is_called_is_in_the_table_of_scopes() -> None:
    assert set(methods_called()) == set(SCOPES)


@pytest.mark.parametrize("method", sorted(set(SCOPES) - {"files_upload_v2"}))
def test_the_local_slack_demands_the_same_scopes(method: str) -> None:
    [name] = [name for name in METHODS if name.replace(".", "_") == method]

    assert SCOPES[method] <= set(METHODS[name].scopes)
    assert bool(SCOPES[method]) is bool(METHODS[name].scopes)


def test_every_slash_command_has_routes() -> None:
    nouns = {name.split()[0] for name in ROUTES.commands}

    assert COMMAND in SLASH_COMMANDS
    assert set(FIXED.values()) == {"qr", "verify", "waba", "profile"} <= nouns


def test_the_hint_of_the_one_command_names_every_route() -> None:
    assert set(SLASH_COMMANDS[COMMAND]["usage_hint"].split(" | ")) == set(ROUTES.commands)


@pytest.mark.parametrize(("command", "noun"), sorted(FIXED.items()))
def test_the_hint_of_a_fixed_noun_is_the_usage_of_its_routes(command: str, noun: str) -> None:
    usages = [
        route.usage.removeprefix(noun).strip() for name, route in ROUTES.commands.items() if name.split()[0] == noun
    ]

    assert SLASH_COMMANDS[command]["usage_hint"] == " | ".join(usages)


@pytest.mark.parametrize("command", sorted(SLASH_COMMANDS))
def test_words_come_as_markup_only_where_people_typed_it(command: str) -> None:
    assert SLASH_COMMANDS[command]["should_escape"] is False


def test_the_shortcuts_are_those_that_open_a_form() -> None:
    shortcuts = {one["callback_id"]: one["type"] for one in MANIFEST["features"]["shortcuts"]}

    assert shortcuts == dict.fromkeys(ROUTES.shortcuts, "global")


def test_the_events_that_are_asked_for_are_those_that_somebody_listens_to() -> None:
    asked_for = MANIFEST["settings"]["event_subscriptions"]["bot_events"]

    assert set(asked_for) == {*channels.LOST, *channels.FOUND, *channels.RENAMED}
    assert all(ABOUT_CHANNELS.search(event) for event in asked_for)


def test_forms_and_buttons_work_over_socket_mode() -> None:
    assert MANIFEST["settings"]["interactivity"] == {"is_enabled": True}
    assert MANIFEST["settings"]["socket_mode_enabled"] is True
