from pathlib import Path

import pytest

from sandbox.slack import Manifest


def read(folder: Path, text: str) -> Manifest:
    path = folder / "manifest.yml"
    path.write_text(text, encoding="utf-8")
    return Manifest.read(path)


def test_a_manifest_gives_commands_shortcuts_scopes_and_events(tmp_path: Path) -> None:
    manifest = read(
        tmp_path,
        """
        display_information: {name: Tester}
        features:
          app_home: {home_tab_enabled: true}
          shortcuts: [{name: Do it, type: global, callback_id: do_it, description: Does it}]
          slash_commands: [{command: /test, description: Test}]
        oauth_config: {scopes: {bot: [commands]}}
        settings: {event_subscriptions: {bot_events: [app_home_opened]}}
        """,
    )

    assert (manifest.name, manifest.scopes, manifest.has_home) == ("Tester", ("commands",), True)
    assert manifest.commands == ({"command": "/test", "description": "Test", "usage_hint": ""},)
    assert manifest.shortcuts[0]["callback_id"] == "do_it"
    assert manifest.events == {"app_home_opened"}


def test_the_bot_user_has_a_name_of_its_own(tmp_path: Path) -> None:
    text = "{display_information: {name: Tester}, features: {bot_user: {display_name: tester-bot}}}"

    assert read(tmp_path, text).name == "tester-bot"


def test_json_will_do(tmp_path: Path) -> None:
    assert read(tmp_path, '{"display_information": {"name": "Tester"}}').name == "Tester"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "words",
        "{",
        "a: 1",
        "{display_information: {name: T}, features: {slash_commands: [{}]}}",
        "features: 1",
    ],
)
def test_what_is_no_manifest_is_refused_with_its_path(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match=r"manifest\.yml is no manifest of a Slack app"):
        read(tmp_path, text)
