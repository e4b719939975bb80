"""A local Slack: its Web API, Socket Mode, signed HTTP deliveries, and people who use an app.

Any Slack app can be pointed at it by the address and tokens of `LocalSlack.environment()`.

    people -> payloads -> deliver -> socket_mode | http_delivery -> the app
    the app -> web_api -> api_* -> workspace -> notices -> whoever listens
"""

from sandbox.slack.faults import Fault, Faults
from sandbox.slack.local import LocalSlack
from sandbox.slack.manifest import Manifest
from sandbox.slack.model import Channel, File, Message, User, View
from sandbox.slack.people import Ack, Person
from sandbox.slack.workspace import Workspace

__all__ = [
    "Ack",
    "Channel",
    "Fault",
    "Faults",
    "File",
    "LocalSlack",
    "Manifest",
    "Message",
    "Person",
    "User",
    "View",
    "Workspace",
]
