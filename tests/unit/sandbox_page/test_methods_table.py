"""The README's table of Web API methods says what the local Slack knows."""

from pathlib import Path

from sandbox.slack.web_api import METHODS

README = Path("README.md").read_text(encoding="utf-8")
TOKENS = {"bot": "bot", "app": "app", "any": "none"}


def test_the_methods_table_lists_every_method_with_its_token_and_scopes() -> None:
    listed = [tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in _rows()]

    assert listed == [
        (f"`{name}`", TOKENS[method.token], " or ".join(f"`{scope}`" for scope in method.scopes) or "\N{EN DASH}")
        for name, method in sorted(METHODS.items())
    ]


def _rows() -> list[str]:
    """Return the rows of the table that begins with the heading `method`."""
    table = README.split("\n| method | token | any one scope of |\n", 1)[1].split("\n\n", 1)[0]
    return table.splitlines()[1:]
