"""What stands in a callback, item by item.

https://www.alibabacloud.com/help/en/chatapp/developer-reference/chatappaudit-1 describes two versions, not how one of
them is chosen, and shows no item about a WABA: the form of those is put together from its table of fields.
"""

from typing import Any, Literal

Item = dict[str, Any]
Version = Literal["V1", "V2"]
Empties = Literal["missing", "null", "empty"]
# Required in each item by the page, and without meaning in one that is about no template.
TEMPLATE_FIELDS = ("TemplateCode", "Language", "AuditStatus")


def review(waba_id: str, status: str, empties: Empties = "missing") -> Item:
    """Return the item of a WABA whose review has come to another status."""
    return {"WabaId": waba_id, "Type": "wabaReviewUpdate", "Status": status, **_empty(empties)}


def account(waba_id: str, digits: str, status: str, empties: Empties = "missing") -> Item:
    """Return the item of a WABA that was restricted, disabled or brought back, with one of its numbers."""
    about = {"WabaId": waba_id, "Type": "wabaAccountUpdate", "PhoneNumber": digits, "Status": status}
    return {**about, **_empty(empties)}


def quality(waba_id: str, digits: str, status: str, limit: str = "TIER_1K", empties: Empties = "missing") -> Item:
    """Return the item of a number whose quality was rated anew: GREEN, YELLOW, RED or UNKNOWN."""
    about = {"WabaId": waba_id, "Type": "phoneQualityUpdate", "PhoneNumber": digits}
    return {**about, "Status": status, "CurrentLimit": limit, **_empty(empties)}


def name(waba_id: str, digits: str, status: str, empties: Empties = "missing") -> Item:
    """Return the item of a number whose display name was decided on."""
    about = {"WabaId": waba_id, "Type": "phoneNameUpdate", "PhoneNumber": digits, "Status": status}
    return {**about, **_empty(empties)}


def template(waba_id: str, code: str, audit_status: str = "pass", version: Version = "V2") -> Item:
    """Return the item of a template that was audited: pass, fail, auditing, unaudit, disabled or paused."""
    reason = "INVALID_FORMAT" if audit_status == "fail" else ""
    about = {"WabaId": waba_id, "TemplateCode": code, "Language": "en_US", "AuditStatus": audit_status}
    kind = {"Type": "template"} if version == "V2" else {}
    return {**about, "Reason": reason, **kind}


def _empty(empties: Empties) -> Item:
    match empties:
        case "missing":
            return {}
        case "null":
            return dict.fromkeys(TEMPLATE_FIELDS)
        case "empty":
            return dict.fromkeys(TEMPLATE_FIELDS, "")
