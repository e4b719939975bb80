"""An importable client of CAMS: knows nothing of Slack or of this bot."""
