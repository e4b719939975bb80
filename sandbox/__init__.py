"""A local Slack and a local CAMS: for `cams-bot demo`, for tests, and for any other app that speaks to either."""

from sandbox.both import Sandbox

__all__ = ["Sandbox"]
