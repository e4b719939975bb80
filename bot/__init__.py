"""cams-bot: WhatsApp Business numbers on Alibaba Cloud's CAMS, run from Slack."""
