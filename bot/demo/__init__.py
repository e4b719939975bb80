"""`cams-bot demo`: the real bot in a process of its own, between a local Slack and a local CAMS."""
