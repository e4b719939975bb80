"""The environment, read once into one frozen value.

Each field below is the only place where a variable is described: its name, its default, what it accepts
and where to get it. The README's table is tested against it.
"""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo

from bot.callbacks import SECRET
from bot.errors import SettingsError

DATABASE = r"^(sqlite|postgres|postgresql)(\+\w+)?://"
# So that an address made of it is shown whole.
BASE_MAX = 200
OUR_PREFIXES = ("BOT_", "CAMS_")


def _ids(text: object) -> object:
    if not isinstance(text, str):
        return text
    ids = frozenset(word for word in re.split(r"[\s,]+", text) if word)
    if any(not re.fullmatch(r"[UWS][A-Z0-9]{2,}", word) for word in ids):
        raise ValueError
    return ids


def _matching(pattern: str) -> BeforeValidator:
    def check(text: object) -> object:
        if isinstance(text, str) and not re.search(pattern, text):
            raise ValueError
        return text

    return BeforeValidator(check)


def _url(text: str) -> str:
    address = urlsplit(text)
    # A port that is none raises here.
    if address.scheme not in {"http", "https"} or not address.hostname or address.port == 0:
        raise ValueError
    return text


def _base(text: str) -> str:
    address = urlsplit(_url(text))
    if address.query or address.fragment or address.username is not None or len(text) > BASE_MAX:
        raise ValueError
    return text.rstrip("/")


Ids = Annotated[frozenset[str], BeforeValidator(_ids)]
Url = Annotated[str, BeforeValidator(_url)]
Base = Annotated[str, BeforeValidator(_base)]


def _variable(default: Any, name: str, accepts: str, where: str = "", **limits: Any) -> Any:
    return Field(default, alias=name, description=accepts, json_schema_extra={"where": where}, **limits)


class Settings(BaseModel):
    """What the bot is told by its environment."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    slack_bot_token: Annotated[SecretStr, _matching("^xoxb-")] = _variable(
        ...,
        "SLACK_BOT_TOKEN",
        "a bot token, which begins with xoxb-",
        "api.slack.com/apis, your app, OAuth & Permissions, Bot User OAuth Token",
    )
    slack_app_token: Annotated[SecretStr | None, _matching("^xapp-")] = _variable(
        None,
        "SLACK_APP_TOKEN",
        "an app-level token with the scope connections:write, which begins with xapp-",
        "api.slack.com/apis, your app, Basic Information, App-Level Tokens",
    )
    slack_signing_secret: Annotated[SecretStr | None, _matching(".{8}")] = _variable(
        None,
        "SLACK_SIGNING_SECRET",
        "the signing secret, for HTTP mode",
        "api.slack.com/apis, your app, Basic Information, App Credentials",
    )
    slack_api_url: Url = _variable(
        "https://slack.com/api/", "SLACK_API_URL", "an http or https address of Slack's Web API"
    )
    access_key_id: str = _variable(
        "",
        "ALIBABA_CLOUD_ACCESS_KEY_ID",
        "an AccessKey ID; leave it out to use the rest of the official credential chain",
        "the RAM console, Users, AccessKey",
    )
    access_key_secret: SecretStr = _variable(
        SecretStr(""),
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        "the secret of that AccessKey",
        "the RAM console, when the AccessKey is made",
    )
    security_token: SecretStr = _variable(
        SecretStr(""), "ALIBABA_CLOUD_SECURITY_TOKEN", "the token of temporary (STS) credentials"
    )
    cams_endpoint: Url = _variable(
        "https://cams.ap-southeast-1.aliyuncs.com", "CAMS_ENDPOINT", "an http or https address: scheme, host and port"
    )
    default_space: str = _variable(
        "",
        "CAMS_SPACE_ID",
        "the space (CustSpaceId) used where none is given",
        "the CAMS console, Channel Management",
        pattern=r"^\S*$",
    )
    database_url: Annotated[SecretStr, _matching(DATABASE)] = _variable(
        SecretStr("sqlite:///cams-bot.db"),
        "DATABASE_URL",
        "sqlite:///file.db or postgresql://user:password@host/database",
    )
    alert_channel: str = _variable(
        "",
        "BOT_ALERT_CHANNEL",
        "the ID of a channel (C… or G…)",
        "the channel's details in Slack, at the bottom",
        pattern=r"^([CG][A-Z0-9]{2,})?$",
    )
    review_poll_seconds: int = _variable(
        300, "BOT_REVIEW_POLL_SECONDS", "whole seconds, from 1 to 86400", ge=1, le=86_400
    )
    spaces_refresh_seconds: int = _variable(
        3600, "BOT_SPACES_REFRESH_SECONDS", "whole seconds, from 1 to 86400", ge=1, le=86_400
    )
    operators: Ids = _variable(
        frozenset(), "BOT_OPERATORS", "IDs of users (U… or W…) and user groups (S…), with commas between"
    )
    admins: Ids = _variable(
        frozenset(), "BOT_ADMINS", "IDs of users (U… or W…) and user groups (S…), with commas between"
    )
    callback_secret: Annotated[SecretStr | None, _matching(rf"^{SECRET.pattern}\Z")] = _variable(
        None,
        "BOT_CALLBACK_SECRET",
        "16 to 256 letters, digits, hyphens and underscores: the secret in the address of CAMS's callbacks",
    )
    public_url: Base = _variable(
        "",
        "BOT_PUBLIC_URL",
        "the http or https address under which CAMS reaches this bot's HTTP port",
    )
    http_host: str = _variable("127.0.0.1", "BOT_HTTP_HOST", "an address of this machine to listen on", min_length=1)
    http_port: int = _variable(3000, "BOT_HTTP_PORT", "a port from 0 to 65535; 0 takes any free one", ge=0, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = _variable(
        "INFO", "BOT_LOG_LEVEL", "DEBUG, INFO, WARNING or ERROR"
    )
    log_format: Literal["console", "json", ""] = _variable(
        "", "BOT_LOG_FORMAT", "console or json; without it console on a terminal and json elsewhere"
    )

    @model_validator(mode="after")
    def _can_be_reached(self) -> Self:
        if self.slack_app_token is None and self.slack_signing_secret is None:
            raise ValueError(
                "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET is missing: the first for Socket Mode (nothing has to reach "
                "this machine), the second for HTTP mode. Both are at api.slack.com/apis, your app, Basic Information."
            )
        return self

    @model_validator(mode="after")
    def _key_is_whole(self) -> Self:
        if bool(self.access_key_id) != bool(self.access_key_secret.get_secret_value()):
            missing = "ALIBABA_CLOUD_ACCESS_KEY_SECRET" if self.access_key_id else "ALIBABA_CLOUD_ACCESS_KEY_ID"
            raise ValueError(f"{missing} is missing: an AccessKey is an ID and a secret; give both or neither.")
        return self

    @property
    def admin_users(self) -> frozenset[str]:
        """Those of the admins who are named themselves, not by a group."""
        return frozenset(one for one in self.admins if one[:1] in {"U", "W"})

    def secrets(self) -> list[str]:
        """Every secret value, for the log to leave out."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return [value.get_secret_value() for value in values if isinstance(value, SecretStr) and value]


def read(environment: Mapping[str, str]) -> Settings:
    """Turn an environment into settings.

    An empty variable counts as not set. `<NAME>_FILE` names a file whose content is the value.

    Raises:
        SettingsError: one line for each variable that cannot be used.
    """
    values: dict[str, str] = {}
    problems: list[str] = []
    for field in _fields().values():
        name = str(field.alias)
        try:
            value = _value(environment, name)
        except ValueError as exc:
            problems.append(str(exc))
            continue
        if value:
            values[name] = value
    try:
        settings = Settings.model_validate(values)
    except ValidationError as exc:
        unread = {problem.split(" ", 1)[0].removesuffix("_FILE") for problem in problems}
        problems += [
            _problem(error["loc"], error["msg"])
            for error in exc.errors()
            if not any(name in error["loc"] or name in error["msg"] for name in unread)
        ]
    if problems:
        raise SettingsError("\n".join(problems))
    return settings


def unknown(environment: Mapping[str, str]) -> list[str]:
    """Variables that look like ours and are not: each with the nearest name that is."""
    names = [str(field.alias) for field in _fields().values()]
    known = {*names, *(f"{name}_FILE" for name in names)}
    strange = sorted(name for name in environment if name.startswith(OUR_PREFIXES) and name not in known)
    nearest = {name: difflib.get_close_matches(name, names, n=1) for name in strange}
    return [f"{name} (did you mean {near[0]}?)" if near else name for name, near in nearest.items()]


def _fields() -> dict[str, FieldInfo]:
    return Settings.model_fields


def _value(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "").strip()
    path = environment.get(f"{name}_FILE", "").strip()
    if not path:
        return value
    if value:
        raise ValueError(f"{name} and {name}_FILE are both set; leave one out.")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise ValueError(f"{name}_FILE names a file that cannot be read: {path} ({type(exc).__name__}).") from exc


def _problem(location: tuple[int | str, ...], message: str) -> str:
    if not location:
        return message.removeprefix("Value error, ")
    field = next(field for field in _fields().values() if field.alias == location[0])
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    where = f" It is at {extra['where']}." if extra.get("where") else ""
    wrong = "is missing" if message == "Field required" else "cannot be used"
    return f"{field.alias} {wrong}. It takes {field.description}.{where}"
