"""The README's tables say what the code says."""

import re
from pathlib import Path

from bot.access import Role
from bot.settings import Settings
from handlers import ROUTES

README = Path("README.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[list[str]]:
    section = README.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def test_the_commands_table_lists_every_command_with_its_role() -> None:
    listed = [(command.strip("`"), does, role) for command, does, role in rows("Commands")]

    assert listed == [(route.command, route.does, route.requires.name.lower()) for route in ROUTES.commands.values()]


def test_the_configuration_table_lists_every_variable_with_its_default_and_what_it_takes() -> None:
    listed = {name.strip("`"): (default.strip("`"), takes) for name, default, takes in rows("Configuration")}

    assert listed == {
        str(field.alias): (_shown(field.get_default()), field.description) for field in Settings.model_fields.values()
    }


def test_the_ram_policy_names_each_operation_of_the_client_and_nothing_else() -> None:
    named = set(re.findall(r'"cams:(\w+)"', README))
    called = set(re.findall(r'_(?:read|write)\("(\w+)"', Path("bot/cams/client.py").read_text(encoding="utf-8")))

    assert named == called


def test_every_role_is_explained() -> None:
    assert all(role.name.lower() in README for role in Role)


def _shown(default: object) -> str:
    revealed = default.get_secret_value() if hasattr(default, "get_secret_value") else default
    text = "" if revealed in (None, frozenset()) or "Undefined" in repr(revealed) else str(revealed)
    return text or "\N{EN DASH}"
