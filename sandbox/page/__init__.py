"""The sandbox in a browser: a workspace, a phone, a CAMS console and the weather, at one address.

a person clicks -> api -> asked -> acts | console -> local Slack, local CAMS
local Slack, local CAMS -> desk -> changes -> stream -> the page
"""

from sandbox.page.desk import Desk
from sandbox.page.server import serving

__all__ = ["Desk", "serving"]
