"""A Slack that is nothing but load: what the Slack side of the bot, and of a rival, is measured with."""
