"""``python -m benchmarks [module …]``: measure all rows, or those of the modules named, and print one table.

RESULTS.md is written when all ran. The exit status is 1 where a module could not be measured; a target that is
missed is no failure, the table says it.
"""

import importlib
import sys
import traceback
from collections.abc import Sequence

from benchmarks import table
from benchmarks.table import Failure, Line

# Each has a function rows() that returns a list of Row.
MODULES = ("client", "sweep", "adaptive", "acks", "commands", "pictures_drawn", "start")


def main(named: Sequence[str]) -> int:
    """Measure, print, and write the results down where nothing was left out."""
    if unknown := set(named) - set(MODULES):
        sys.stderr.write(f"no such rows: {', '.join(sorted(unknown))}; there are {', '.join(MODULES)}\n")
        return 2
    lines = [line for module in named or MODULES for line in _measured(module)]
    table.show(lines)
    if set(named) in (set(), set(MODULES)):
        table.write(lines)
    return 1 if any(isinstance(line, Failure) for line in lines) else 0


def _measured(module: str) -> Sequence[Line]:
    sys.stderr.write(f"{module} …\n")
    try:
        rows: Sequence[Line] = importlib.import_module(f"benchmarks.{module}").rows()
    except Exception as error:  # noqa: BLE001 - whatever it is, the other rows are still wanted
        traceback.print_exc()
        return [Failure(module, f"{type(error).__name__}: {error}")]
    return rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
