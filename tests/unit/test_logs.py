import json
import subprocess
import sys
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.logs import redact

SECRET = "xoxb-0-of-a-test"
REQUEST_ID = "0A1B2C3D-1234-5678-9012-ABCDEF012345"

# Logging is set up for a whole process, so it is tried in one of its own.
PROGRAM = f"""
import logging, sys, structlog
from bot import logs

logs.configure("INFO", sys.argv[1], ["{SECRET}", ""])
log = structlog.get_logger("bot.test")
log.info("asked for 8613800001234", phone="+86 138 0000 1234", token="{SECRET}", seconds=1.5,
         row={{"target": "phone=8613800001234 {SECRET}"}}, request_id="{REQUEST_ID}", user="U0123456789")
log.debug("not said")
try:
    raise ValueError("{SECRET} of 8613800001234")
except ValueError as error:
    log.error("it raised", exc_info=error)
    logging.getLogger("slack_bolt").exception("a library said %s", "{SECRET}")
logging.getLogger("slack_sdk").warning("calls +8613800001234")
logging.getLogger("apscheduler").warning("noise for every tick")
logging.getLogger("slack_bolt").debug("a whole payload")
"""


@dataclass(frozen=True)
class Logged:
    out: str
    err: str


def logged(style: str) -> Logged:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, style], capture_output=True, text=True, check=True, timeout=60
    )
    return Logged(done.stdout, done.stderr)


@pytest.fixture(scope="module")
def json_log() -> Logged:
    return logged("json")


@pytest.fixture(scope="module")
def console_log() -> Logged:
    return logged("console")


@pytest.fixture(scope="module", params=["json", "console"])
def log(request: pytest.FixtureRequest) -> Logged:
    chosen: Logged = request.getfixturevalue(f"{request.param}_log")
    return chosen


@pytest.mark.parametrize("hidden", [SECRET, "8613800001234", "138 0000"])
def test_no_secret_and_no_whole_number_is_logged(log: Logged, hidden: str) -> None:
    assert hidden not in log.err


@pytest.mark.parametrize("shown", ["•••••••••••34", "•••", REQUEST_ID, "U0123456789", "1.5", "it raised", "Traceback"])
def test_what_helps_stays(log: Logged, shown: str) -> None:
    assert shown in log.err


@pytest.mark.parametrize("noise", ["not said", "noise for every tick", "a whole payload"])
def test_what_is_below_the_level_is_left_out(log: Logged, noise: str) -> None:
    assert noise not in log.err


def test_nothing_is_written_to_standard_output(log: Logged) -> None:
    assert log.out == ""


def test_json_is_an_object_a_line_with_level_time_and_logger(json_log: Logged) -> None:
    lines = [json.loads(line) for line in json_log.err.splitlines()]

    assert [(line["level"], line["logger"]) for line in lines] == [
        ("info", "bot.test"),
        ("error", "bot.test"),
        ("error", "slack_bolt"),
        ("warning", "slack_sdk"),
    ]
    assert all(line["timestamp"].endswith("Z") for line in lines)


def test_a_traceback_of_ours_and_of_a_library_is_one_field(json_log: Logged) -> None:
    lines = [json.loads(line) for line in json_log.err.splitlines()]

    assert ["ValueError: ••• of •••••••••••34" in line.get("exception", "") for line in lines] == [
        False,
        True,
        True,
        False,
    ]


def test_without_a_style_a_pipe_gets_json() -> None:
    assert json.loads(logged("").err.splitlines()[0])["event"] == "asked for •••••••••••34"


@pytest.mark.parametrize(
    ("text", "logged"),
    [
        ("8613800001234", "•••••••••••34"),
        ("+8613800001234", "•••••••••••34"),
        ("phone=8613800001234 space=cams-1", "phone=•••••••••••34 space=cams-1"),
        ("+86 138 0000 1234.", "•••••••••••34."),
        ("+1 (415) 555-2671", "•••••••••71"),
        ("https://wa.me/8613800001234?text=Hi", "https://wa.me/•••••••••••34?text=Hi"),
        ('{"PhoneNumber": "8613800001234"}', '{"PhoneNumber": "•••••••••••34"}'),
        ("from 8613800001234, to 14155552671", "from •••••••••••34, to •••••••••71"),
    ],
)
def test_a_number_keeps_two_digits(text: str, logged: str) -> None:
    assert redact(text) == logged


@pytest.mark.parametrize(
    "text",
    [
        REQUEST_ID,
        "12345678-1234-1234-1234-123456789012",
        "1718000000.123456",
        "2026-11-20T12:00:00.123456Z",
        "2026-11-20 12:00:00",
        "U0123456789 in C0123456789",
        "cams-8613800001234",
        "0.12345678901",
        "12345678.5 s",
        "127.0.0.1:3000",
        "QRDLCODE123456",
        "HTTP 400",
        "sha256 0123456789abcdef",
        "",
    ],
)
def test_what_is_no_number_stays_as_it_is(text: str) -> None:
    assert redact(text) == text


@given(st.text(), st.text())
def test_a_secret_is_hidden_wherever_it_stands(before: str, after: str) -> None:
    assert SECRET not in redact(f"{before}{SECRET}{after}", [SECRET])
