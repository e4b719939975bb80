"""Both services and the page over them, started together."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sandbox import page
from sandbox.cams import LocalCams, Window
from sandbox.slack import LocalSlack, Manifest


@dataclass(frozen=True)
class Sandbox:
    """A local Slack and a local CAMS, each at an address of its own, and a page to use both in a browser."""

    slack: LocalSlack
    cams: LocalCams
    page_url: str

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        slack_port: int = 0,
        cams_port: int = 0,
        page_port: int = 0,
        manifest: Path | None = None,
        window: Window = "sliding",
    ) -> AsyncIterator[Self]:
        """Serve all until the end; port 0 takes any free one.

        The manifest of the app gives it its name, its scopes, its commands and its shortcuts. `window`
        says how CAMS counts the calls of its quotas.

        Raises:
            OSError: a port is taken, or the manifest cannot be read.
            ValueError: it is no manifest.
        """
        known = Manifest.read(manifest) if manifest else None
        async with AsyncExitStack() as stack:
            slack = await stack.enter_async_context(LocalSlack.start(port=slack_port, manifest=known))
            cams = await stack.enter_async_context(LocalCams.start(port=cams_port, window=window))
            url = await stack.enter_async_context(page.serving(page.Desk(slack, cams), page_port))
            yield cls(slack, cams, url)

    def environment(self, *, http: bool = False) -> dict[str, str]:
        """Return the variables that point a bot at both: in Socket Mode, or with `http` in HTTP mode."""
        slack = self.slack.http_environment() if http else self.slack.environment()
        return {**slack, **self.cams.environment()}

    def how_to_act(self) -> str:
        """Say how to type a command and change a review, in a browser or from another terminal."""
        return "\n".join(
            [
                f"Open {self.page_url} in a browser, or act from another terminal:",
                f"""  curl --json '{{"person": "operator", "line": "/cams help"}}' {self.page_url}api/command""",
                f"""  curl --json '{{"space": "cams-demo2", "status": "REJECTED"}}' {self.page_url}api/cams/review""",
            ]
        )
