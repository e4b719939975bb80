"""The page draws every emoji that the bot names."""

import re
from pathlib import Path

from bot.alerts.change_view import ALARMS
from bot.alerts.runbook import RUNBOOKS
from bot.alerts.view import ACT_EMOJI
from bot.statuses import meaning

ROOT = Path(__file__).parents[3]
KNOWN = ROOT / "sandbox/page/static/js/kit/emoji.js"


def test_the_page_knows_every_emoji_of_the_bot() -> None:
    sources = [
        path.read_text(encoding="utf-8") for folder in ("bot", "handlers") for path in ROOT.glob(f"{folder}/**/*.py")
    ]
    named = set(re.findall(r'emoji\("(\w+)"\)', "".join(sources)))
    named |= {words.emoji for words in ALARMS.values()} | set(ACT_EMOJI.values())
    named |= {meaning(status).emoji for status in (*RUNBOOKS, "")}
    known = KNOWN.read_text(encoding="utf-8").partition("`")[2].partition("`")[0].split()

    assert named - set(known[::2]) == set()
