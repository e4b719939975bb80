"""CAMS as the page shows it, as JSON."""

from dataclasses import asdict

import phonenumbers

from sandbox.cams import CallLog, CamsCall, PhoneNumber, Quotas, Space, WabaState, World
from sandbox.slack.model import Json

REVIEW_STATUSES = ("APPROVED", "PENDING", "REJECTED", "DISABLED")
# QueryChatappPhoneNumbers documents these for Status and QualityRating; more words are possible.
NUMBER_STATUSES = (
    "CONNECTED",
    "PENDING",
    "FLAGGED",
    "RESTRICTED",
    "RATE_LIMITED",
    "BANNED",
    "DISCONNECTED",
    "UNVERIFIED",
    "MIGRATED",
    "DELETED",
    "OFFLINE",
    "PAUSED",
    "UNKNOWN",
)
# GetPhoneNumberVerificationStatus documents these; more words are possible.
VERIFICATIONS = ("NOT_VERIFIED", "VERIFIED", "EXPIRED")
QUALITIES = ("GREEN", "YELLOW", "RED", "UNKNOWN")
# A number may have 2,000 codes; the latest of them are what anybody looks for.
CODES_SHOWN = 50
CALLS_SHOWN = 200


def world(known: World) -> Json:
    """Everything that the console shows of the world, and the phone of what was sent to it."""
    return {
        "default_space": known.default_space_id,
        "spaces": [_space(space) for space in known.spaces.values()],
        "statuses": list(REVIEW_STATUSES),
        "number_statuses": list(NUMBER_STATUSES),
        "qualities": list(QUALITIES),
        "verifications": list(VERIFICATIONS),
        "sent_codes": [{**asdict(sent), "at": sent.at.isoformat()} for sent in known.sent_codes],
    }


def _space(space: Space) -> Json:
    return {
        "id": space.id,
        "name": space.name,
        "waba": _waba(space.waba) if space.waba else None,
        "numbers": [_number(number) for number in space.numbers.values()],
    }


def _waba(waba: WabaState) -> Json:
    fields = asdict(waba)
    return {"review_status": fields.pop("account_review_status"), **fields}


def _number(number: PhoneNumber) -> Json:
    latest = list(number.qr_codes.values())[-CODES_SHOWN:]
    return {
        "digits": number.digits,
        "pretty": pretty(number.digits),
        "status": number.status,
        "quality": number.quality,
        "verified_name": number.verified_name,
        "verification": number.code_verification_status,
        "profile": asdict(number.profile),
        "qr_code_count": len(number.qr_codes),
        "qr_codes": [{"code": made.code, "message": made.message, "link": made.deep_link_url} for made in latest],
    }


def pretty(digits: str) -> str:
    """Return a number as people write it."""
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return f"+{digits}"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def call(made: CamsCall) -> Json:
    return {**asdict(made), "at": made.at.isoformat()}


def calls(log: CallLog) -> list[Json]:
    """The latest calls, oldest first."""
    return [call(made) for made in list(log)[-CALLS_SHOWN:]]


def quota(quotas: Quotas, at: float) -> list[Json]:
    """How much of each operation's quota is used up at this second of the event loop."""
    used = quotas.used(at)
    return [{"operation": name, "limit": limit, "used": used[name]} for name, limit in quotas.limits.items()]
