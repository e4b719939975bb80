"""Both services, started together."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Self

from sandbox import control
from sandbox.cams import LocalCams
from sandbox.slack import LocalSlack


@dataclass(frozen=True)
class Sandbox:
    """A local Slack and a local CAMS, each at an address of its own, and an address to act from outside."""

    slack: LocalSlack
    cams: LocalCams
    control_url: str

    @classmethod
    @asynccontextmanager
    async def start(cls, slack_port: int = 0, cams_port: int = 0, control_port: int = 0) -> AsyncIterator[Self]:
        """Serve all until the end; port 0 takes any free one."""
        async with AsyncExitStack() as stack:
            slack = await stack.enter_async_context(LocalSlack.start(port=slack_port))
            cams = await stack.enter_async_context(LocalCams.start(port=cams_port))
            url = await stack.enter_async_context(control.serving(control.Control(slack, cams), control_port))
            yield cls(slack, cams, url)

    def environment(self, *, http: bool = False) -> dict[str, str]:
        """Return the variables that point a bot at both: in Socket Mode, or with `http` in HTTP mode."""
        slack = self.slack.http_environment() if http else self.slack.environment()
        return {**slack, **self.cams.environment()}

    def how_to_act(self) -> str:
        """Say how to type a command and change a review from another terminal."""
        return "\n".join(
            [
                "From another terminal, as admin, operator, viewer or guest:",
                f"""  curl {self.control_url}/control/command -d '{{"person": "operator", "line": "/cams help"}}'""",
                f"  curl '{self.control_url}/control/messages?person=operator&channel=%23shop'",
                f"""  curl {self.control_url}/control/review -d '{{"space": "cams-demo2", "status": "REJECTED"}}'""",
            ]
        )
