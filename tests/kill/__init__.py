"""Proves that every review change reaches its channel exactly once, however often and wherever the bot is killed.

    reviews (changes, in a known order) -> local CAMS -> victims (the real bot, killed) -> local Slack -> judge

Nothing here asks the bot what it believes: the judge reads the channels as people do. The database is looked at only to
know when a change has been seen, so that the next one of the same WABA may come, and which change an ID stands for.
"""
