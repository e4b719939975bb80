from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import Settings, read, unknown

BOT_TOKEN = "xoxb-0-of-a-test"
APP_TOKEN = "xapp-0-of-a-test"
LEAST = {"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN}
SECRETS = {
    "SLACK_BOT_TOKEN": BOT_TOKEN,
    "SLACK_APP_TOKEN": APP_TOKEN,
    "SLACK_SIGNING_SECRET": "0123456789abcdef-secret",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "key-secret-of-a-test",
    "ALIBABA_CLOUD_SECURITY_TOKEN": "sts-token-of-a-test",
    "BOT_CALLBACK_SECRET": "callback-secret-of-a-test",
    "DATABASE_URL": "postgresql://bot:password-of-a-test@db/bot",
}
NAMES = [str(field.alias) for field in Settings.model_fields.values()]


def complaints(environment: Mapping[str, str]) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        read(environment)
    return str(refused.value).splitlines()


def test_the_least_that_is_needed_leaves_the_rest_at_its_defaults() -> None:
    settings = read(LEAST)

    assert settings.slack_bot_token.get_secret_value() == BOT_TOKEN
    assert (settings.cams_endpoint, settings.slack_api_url) == (
        "https://cams.ap-southeast-1.aliyuncs.com",
        "https://slack.com/api/",
    )
    assert (settings.http_host, settings.http_port, settings.review_poll_seconds) == ("127.0.0.1", 3000, 300)
    assert settings.database_url.get_secret_value() == "sqlite:///cams-bot.db"


def test_http_mode_needs_a_signing_secret_alone() -> None:
    settings = read({"SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SECRETS["SLACK_SIGNING_SECRET"]})

    assert settings.slack_app_token is None


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_variable_counts_as_not_set(name: str) -> None:
    without = {key: value for key, value in LEAST.items() if key != name}
    environment = {**without, "SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_SIGNING_SECRET": SECRETS["SLACK_SIGNING_SECRET"]}
    environment = {key: value for key, value in environment.items() if key != name}
    if name == "SLACK_BOT_TOKEN":
        assert complaints({**environment, name: " "}) == complaints(environment)
    else:
        assert read({**environment, name: " "}) == read(environment)


@pytest.mark.parametrize("ids", ["U012ABC,S012ABC", " U012ABC , S012ABC ", "U012ABC S012ABC", "U012ABC,,\nS012ABC,"])
def test_ids_may_be_written_with_commas_or_blanks_between(ids: str) -> None:
    assert read({**LEAST, "BOT_OPERATORS": ids}).operators == {"U012ABC", "S012ABC"}


@pytest.mark.parametrize(
    ("name", "bad", "accepts"),
    [
        ("SLACK_BOT_TOKEN", "xapp-1", "begins with xoxb-"),
        ("SLACK_APP_TOKEN", "xoxb-1", "begins with xapp-"),
        ("SLACK_SIGNING_SECRET", "short", "the signing secret, for HTTP mode"),
        ("SLACK_API_URL", "slack.com/api", "an http or https address"),
        ("SLACK_API_URL", "ftp://slack.com/api", "an http or https address"),
        ("CAMS_ENDPOINT", "cams.ap-southeast-1.aliyuncs.com", "an http or https address"),
        ("CAMS_ENDPOINT", "https://", "an http or https address"),
        ("CAMS_ENDPOINT", "https://cams.example:99999", "an http or https address"),
        ("CAMS_SPACE_ID", "two words", "CustSpaceId"),
        ("DATABASE_URL", "mysql://host/db", "sqlite:///file.db or postgresql://"),
        ("DATABASE_URL", "cams-bot.db", "sqlite:///file.db or postgresql://"),
        ("BOT_ALERT_CHANNEL", "#alerts", "the ID of a channel"),
        ("BOT_ALERT_CHANNEL", "D012ABC", "the ID of a channel"),
        ("BOT_CALLBACK_SECRET", "too-short", "16 to 256 letters"),
        ("BOT_CALLBACK_SECRET", "sixteen letters/and a slash", "16 to 256 letters"),
        ("BOT_PUBLIC_URL", "bot.example", "the http or https address"),
        ("BOT_PUBLIC_URL", "https://bot.example/?a=1", "the http or https address"),
        ("BOT_PUBLIC_URL", "https://me:secret@bot.example", "the http or https address"),
        ("BOT_PUBLIC_URL", f"https://bot.example/{'a' * 200}", "the http or https address"),
        ("BOT_REVIEW_POLL_SECONDS", "0", "whole seconds"),
        ("BOT_REVIEW_POLL_SECONDS", "-5", "whole seconds"),
        ("BOT_REVIEW_POLL_SECONDS", "1.5", "whole seconds"),
        ("BOT_REVIEW_POLL_SECONDS", "five", "whole seconds"),
        ("BOT_REVIEW_POLL_SECONDS", "9" * 20, "whole seconds"),
        ("BOT_OPERATORS", "ada", "IDs of users (U… or W…) and user groups (S…)"),
        ("BOT_OPERATORS", "U012ABC;S012ABC", "IDs of users"),
        ("BOT_ADMINS", "@ada", "IDs of users"),
        ("BOT_HTTP_PORT", "65536", "a port from 0 to 65535"),
        ("BOT_HTTP_PORT", "-1", "a port from 0 to 65535"),
        ("BOT_HTTP_PORT", "http", "a port from 0 to 65535"),
        ("BOT_LOG_LEVEL", "LOUD", "DEBUG, INFO, WARNING or ERROR"),
        ("BOT_LOG_FORMAT", "xml", "console or json"),
    ],
)
def test_a_bad_value_stops_the_start_with_the_name_and_what_it_takes(name: str, bad: str, accepts: str) -> None:
    [line] = complaints({**LEAST, name: bad})

    assert line.startswith(f"{name} cannot be used. It takes ")
    assert accepts in line


@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("SLACK_BOT_TOKEN", "OAuth & Permissions"),
        ("SLACK_APP_TOKEN", "App-Level Tokens"),
        ("SLACK_SIGNING_SECRET", "App Credentials"),
    ],
)
def test_a_complaint_says_where_to_get_the_value(name: str, where: str) -> None:
    [line] = complaints({**LEAST, name: "bad"})

    assert "api.slack.com/apis" in line
    assert where in line


def test_a_missing_bot_token_is_said() -> None:
    [line] = complaints({"SLACK_APP_TOKEN": APP_TOKEN})

    assert line.startswith("SLACK_BOT_TOKEN is missing. It takes a bot token")


def test_without_a_way_for_slack_to_reach_us_both_ways_are_named() -> None:
    [line] = complaints({"SLACK_BOT_TOKEN": BOT_TOKEN})

    assert line.startswith("SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing")


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_ACCESS_KEY_ID"),
    ],
)
def test_half_an_access_key_names_the_other_half(given: str, missing: str) -> None:
    [line] = complaints({**LEAST, given: "half"})

    assert line.startswith(f"{missing} is missing")


def test_all_that_is_wrong_is_said_at_once() -> None:
    lines = complaints({"SLACK_BOT_TOKEN": "bad", "BOT_HTTP_PORT": "x", "BOT_ADMINS_FILE": "/nowhere"})

    assert {line.split()[0] for line in lines} == {"SLACK_BOT_TOKEN", "BOT_HTTP_PORT", "BOT_ADMINS_FILE"}


@pytest.mark.parametrize("name", NAMES)
def test_every_variable_may_be_read_from_a_file(name: str, tmp_path: Path) -> None:
    value = SECRETS.get(name, {"BOT_HTTP_PORT": "8080", "BOT_REVIEW_POLL_SECONDS": "60"}.get(name, ""))
    file = tmp_path / "value"
    file.write_text(f"{value}\n", encoding="utf-8")
    key = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "id"} if name == "ALIBABA_CLOUD_ACCESS_KEY_SECRET" else {}
    others = {other: given for other, given in {**LEAST, **key}.items() if other != name}
    others |= {"SLACK_SIGNING_SECRET": "a-signing-secret"} if name == "SLACK_APP_TOKEN" else {}

    assert read({**others, f"{name}_FILE": str(file)}) == read({**others, name: value})


def test_a_variable_and_its_file_are_one_too_many(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(BOT_TOKEN, encoding="utf-8")

    assert complaints({**LEAST, "SLACK_BOT_TOKEN_FILE": str(file)}) == [
        "SLACK_BOT_TOKEN and SLACK_BOT_TOKEN_FILE are both set; leave one out."
    ]


@pytest.mark.parametrize("name", ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"])
@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_named_once(name: str, content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    others = {other: value for other, value in LEAST.items() if other != name}
    [line] = complaints({**others, f"{name}_FILE": str(file)})

    assert line.startswith(f"{name}_FILE names a file that cannot be read: {file}")


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_no_secret_is_in_a_complaint(name: str) -> None:
    bad = {key: f"bad {value}" for key, value in SECRETS.items()}
    said = "\n".join(complaints({**SECRETS, **bad, "BOT_HTTP_PORT": "x"}))

    assert SECRETS[name] not in said


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_no_secret_is_in_the_repr_of_the_settings(name: str) -> None:
    settings = read({**SECRETS, "ALIBABA_CLOUD_ACCESS_KEY_ID": "id"})

    assert SECRETS[name] not in repr(settings) + str(settings) + settings.model_dump_json()


def test_every_secret_is_known_to_the_log() -> None:
    settings = read({**SECRETS, "ALIBABA_CLOUD_ACCESS_KEY_ID": "id"})

    assert set(settings.secrets()) == set(SECRETS.values())


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("BOT_OPERATOR", "BOT_OPERATOR (did you mean BOT_OPERATORS?)"),
        ("BOT_REVIEW_POL_SECONDS", "BOT_REVIEW_POL_SECONDS (did you mean BOT_REVIEW_POLL_SECONDS?)"),
        ("CAMS_SPACEID", "CAMS_SPACEID (did you mean CAMS_SPACE_ID?)"),
        ("CAMS_XYZZY_PLUGH_NOTHING", "CAMS_XYZZY_PLUGH_NOTHING"),
    ],
)
def test_a_variable_that_is_nearly_ours_is_told_with_the_nearest(name: str, says: str) -> None:
    assert unknown({**LEAST, name: "1"}) == [says]


@pytest.mark.parametrize("name", [*NAMES, *(f"{name}_FILE" for name in NAMES), "PATH", "SLACK_CLIENT_ID"])
def test_our_own_variables_and_those_of_others_are_not_told(name: str) -> None:
    assert unknown({name: "1"}) == []
