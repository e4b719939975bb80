"""What Slack sends an app, with no more in it than the app reads, and who sends it."""

import itertools
import json
from typing import Any

TEAM = "T0BENCH"
CHANNEL = "C0BENCH"
GROUP = "S0BENCH"
PEOPLE = tuple(f"U0BENCH{number:02}" for number in range(10))
BOT_TOKEN = "xoxb-bench"  # noqa: S105 - opens nothing
APP_TOKEN = "xapp-bench"  # noqa: S105 - opens nothing
SIGNING_SECRET = "bench-secret-that-opens-nothing"  # noqa: S105 - opens nothing
COMMAND = "slash_commands"
PRESS = "interactive"

Payload = dict[str, Any]
_people = itertools.cycle(PEOPLE)


def command(text: str, response_url: str) -> Payload:
    """`/cams <text>`, as https://docs.slack.dev/interactivity/implementing-slash-commands shows it."""
    user = next(_people)
    return {
        "token": "bench",
        "team_id": TEAM,
        "team_domain": "bench",
        "channel_id": CHANNEL,
        "channel_name": "bench",
        "user_id": user,
        "user_name": user.lower(),
        "command": "/cams",
        "text": text,
        "api_app_id": "A0BENCH",
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": "1.2.bench",
    }


def press(action_id: str, value: Payload, response_url: str) -> Payload:
    """A button of a message: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload."""
    return {
        "type": "block_actions",
        "token": "bench",
        "api_app_id": "A0BENCH",
        "team": {"id": TEAM, "domain": "bench"},
        "user": {"id": PEOPLE[0], "username": "bench", "name": "bench", "team_id": TEAM},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": CHANNEL, "name": "bench"},
        "container": {"type": "message", "message_ts": "1.2", "channel_id": CHANNEL, "is_ephemeral": True},
        "trigger_id": "1.2.bench",
        "response_url": response_url,
        "state": {"values": {}},
        "actions": [
            {
                "type": "button",
                "block_id": "bench",
                "action_id": action_id,
                "text": {"type": "plain_text", "text": "Bench"},
                "value": json.dumps(value),
                "action_ts": "1.2",
            }
        ],
    }
