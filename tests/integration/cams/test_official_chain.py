import os
import subprocess
import sys
from pathlib import Path

import pytest

ASK = """
import asyncio, logging, sys
from bot.cams.credentials import ChainCredentials
from bot.cams.errors import CamsCredentialsMissingError

logging.basicConfig(level=logging.INFO)
assert not any(name.startswith("alibabacloud") for name in sys.modules), "imported too early"
try:
    found = asyncio.run(ChainCredentials().get())
except CamsCredentialsMissingError as error:
    sys.exit(f"refused {error}")
print(found.access_key_id, found.access_key_secret, found.security_token)
"""


def ask(home: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """Ask the chain in a process of its own: the library reads the environment once, when it is imported."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("ALIBABA_CLOUD_")}
    nowhere = {"HOME": str(home), "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true"}
    return subprocess.run(
        [sys.executable, "-c", ASK],
        env=known | nowhere | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> "subprocess.CompletedProcess[str]":
    """Let the chain fail loudly: a role whose token is not there."""
    return ask(
        tmp_path_factory.mktemp("home"),
        ALIBABA_CLOUD_ROLE_ARN="acs:ram::1:role/r",
        ALIBABA_CLOUD_OIDC_PROVIDER_ARN="acs:ram::1:oidc-provider/p",
        ALIBABA_CLOUD_OIDC_TOKEN_FILE="no-such-file",
    )


def test_the_environment_is_read(tmp_path: Path) -> None:
    answered = ask(
        tmp_path,
        ALIBABA_CLOUD_ACCESS_KEY_ID="an-id",
        ALIBABA_CLOUD_ACCESS_KEY_SECRET="a-secret",
        ALIBABA_CLOUD_SECURITY_TOKEN="a-token",
    )

    assert answered.stdout.split() == ["an-id", "a-secret", "a-token"]


def test_the_profile_of_the_command_line_tool_is_read(tmp_path: Path) -> None:
    (tmp_path / ".aliyun").mkdir()
    (tmp_path / ".aliyun" / "config.json").write_text(
        '{"current": "me", "profiles": [{"name": "me", "mode": "AK",'
        ' "access_key_id": "an-id", "access_key_secret": "a-secret"}]}'
    )

    assert ask(tmp_path).stdout.split() == ["an-id", "a-secret"]


def test_where_nothing_is_set_the_error_says_what_to_set(refused: "subprocess.CompletedProcess[str]") -> None:
    assert refused.stderr.splitlines()[-1].startswith("refused credentials: no Alibaba Cloud credentials. Set")


def test_the_library_logs_nothing_of_its_own(refused: "subprocess.CompletedProcess[str]") -> None:
    assert "no-such-file" not in refused.stderr
    assert "Traceback" not in refused.stderr
