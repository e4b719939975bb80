"""A local CAMS: Alibaba Cloud's Chat App Message Service (2020-06-06) in one process, for demonstration and tests."""

from sandbox.cams.callbacks import Callbacks, Forgery, Push, PushFault, PushFaultKind, PushLog
from sandbox.cams.calls import CallLog, CamsCall
from sandbox.cams.faults import Fault, FaultKind, Faults
from sandbox.cams.local import LocalCams
from sandbox.cams.quota import Quotas, Window
from sandbox.cams.records import BusinessProfile, PhoneNumber, QrCode, SentCode, Space, WabaState, Webhook
from sandbox.cams.signature import AccessKey
from sandbox.cams.world import World

__all__ = [
    "AccessKey",
    "BusinessProfile",
    "CallLog",
    "Callbacks",
    "CamsCall",
    "Fault",
    "FaultKind",
    "Faults",
    "Forgery",
    "LocalCams",
    "PhoneNumber",
    "Push",
    "PushFault",
    "PushFaultKind",
    "PushLog",
    "QrCode",
    "Quotas",
    "SentCode",
    "Space",
    "WabaState",
    "Webhook",
    "Window",
    "World",
]
