"""What CAMS tells by itself: ChatAppAudit callbacks over HTTP, and all that may go wrong with them."""

from sandbox.cams.callbacks.faults import Forgery, PushFault, PushFaultKind, PushFaults
from sandbox.cams.callbacks.items import Empties, Item, Version
from sandbox.cams.callbacks.log import Attempt, Push, PushLog
from sandbox.cams.callbacks.pusher import Callbacks

__all__ = [
    "Attempt",
    "Callbacks",
    "Empties",
    "Forgery",
    "Item",
    "Push",
    "PushFault",
    "PushFaultKind",
    "PushFaults",
    "PushLog",
    "Version",
]
