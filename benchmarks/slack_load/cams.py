"""The local CAMS in a process of its own, with spaces to sweep: prints the variables that point a bot at it."""

import asyncio
import json
import sys

from sandbox.cams import LocalCams, WabaState

SPACES = tuple(f"cams-bench{number}" for number in range(60))
# What the small world of the local CAMS has: a number and its code, for a picture.
PICTURED = {"phone": "8613800001234", "space": "", "code": "HARBOUR0COFFEE"}


async def _main() -> None:
    async with LocalCams.start() as cams:
        for number, name in enumerate(SPACES):
            cams.world.add_space(name, f"Bench {number}", WabaState(f"2066{number:011}", f"Bench {number}"))
        sys.stdout.write(json.dumps(cams.environment()) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
