"""The one place where an exception becomes a sentence: what failed, what that means, what to do, code and RequestId."""

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.cams.errors import (
    CamsBusyError,
    CamsCredentialsMissingError,
    CamsCredentialsRefusedError,
    CamsDownError,
    CamsError,
    CamsNotSentError,
    CamsPermissionError,
    CamsThrottledError,
    CamsUnknownOutcomeError,
)
from bot.errors import UnknownOutcomeError, UserError
from bot.qr import UnreadablePictureError
from bot.slack import error_code

log = structlog.get_logger()

# What an operation does, as one would say it: "<this> failed".
DOES = {
    "ListPhoneMessageQrdl": "Listing the QR codes",
    "CreatePhoneMessageQrdl": "Creating the QR code",
    "GetChatappVerifyCode": "Requesting the verification code",
    "QueryChatappBindWaba": "Looking at the WABA",
    "QueryPhoneBusinessProfile": "Looking at the business profile",
    "ListInstance": "Listing the spaces",
    "QueryChatappPhoneNumbers": "Listing the numbers",
    "GetPhoneNumberVerificationStatus": "Looking at the number's verification",
    "DeletePhoneMessageQrdl": "Deleting the QR code",
    "UpdateAccountWebhook": "Setting the address for callbacks",
}
CHECK_FIRST = {
    "DeletePhoneMessageQrdl": "Look at `/cams qr list`: if the code is still there, delete it again.",
    "CreatePhoneMessageQrdl": "Look at `/cams qr list` first: if the code is there, post its picture from the list.",
    "GetChatappVerifyCode": (
        "The code may be on its way. Wait two minutes and look at the telephone before you request another: "
        "WhatsApp counts the requests. It was not repeated."
    ),
}
# The codes that the pages of the five operations document, and what who runs the account can do about each.
ADVICE = {
    "Product.Unsubscript": (
        "This Alibaba Cloud account has not activated Chat App Message Service. Activate it in the console."
    ),
    "Unknown.ResourceOwnerId": (
        "This space or number does not belong to the account of the AccessKey. Check the space, or use its owner's key."
    ),
    "InvalidParameter.PhoneNumberError": "CAMS does not know this number in this space. Check both.",
}
MEANINGS = {
    CamsThrottledError: "The account's rate limit is used up. Nothing was done; try again in a minute.",
    CamsPermissionError: "The AccessKey may not do this. Allow the action cams:{error.operation} in its RAM policy.",
    CamsCredentialsRefusedError: (
        "Alibaba Cloud does not accept the AccessKey. Whoever runs this bot has to check or rotate it."
    ),
    CamsCredentialsMissingError: "There are no Alibaba Cloud credentials to sign with. {error.message}",
    CamsDownError: "{error.message}. Nothing was done; you need not try before that.",
    CamsBusyError: "Too many calls for this account ({error.message}). Nothing was done; try again in a minute.",
    CamsNotSentError: (
        "CAMS could not be reached, and nothing was done. Try again; if it stays so, check CAMS_ENDPOINT."
    ),
    CamsUnknownOutcomeError: "CAMS gave no usable answer. Nothing was changed by asking; try again in a minute.",
}


def explain(error: Exception) -> str:
    """Say what an exception means to who asked. One that nobody expected is logged with its traceback."""
    match error:
        case UserError() | UnknownOutcomeError():
            return str(error)
        case CamsError():
            log.info("CAMS did not do it", operation=error.operation, error=type(error).__name__, code=error.code)
            return _cams(error)
        case UnreadablePictureError():
            log.warning("a QR picture was not readable", reason=str(error))
            return f"{error} Nothing was posted. Print no picture of this code; look at it in the console."
        case SlackApiError():
            log.warning("Slack refused", error=error_code(error))
            return f"Slack refused to show the answer ({error_code(error)})."
        case SlackClientError() | aiohttp.ClientError() | TimeoutError():
            log.warning("Slack did not answer", error=type(error).__name__)
            return "Slack did not take the answer. Look whether it is in the channel before you try again."
        case _:
            log.error("unexpected error", exc_info=error)
            return "That failed, and it is this bot's fault. Its log has the details."


def _cams(error: CamsError) -> str:
    does = DOES.get(error.operation, error.operation)
    if isinstance(error, CamsUnknownOutcomeError) and error.operation in CHECK_FIRST:
        said = f"{does}: CAMS gave no usable answer, so it may or may not have happened. {CHECK_FIRST[error.operation]}"
    else:
        said = f"{does} failed. {_meaning(error)}"
    return f"{said}{_reference(error)}"


def _meaning(error: CamsError) -> str:
    if error.code in ADVICE:
        return ADVICE[error.code]
    for kind, sentence in MEANINGS.items():
        if isinstance(error, kind):
            return sentence.format(error=error)
    said = f"CAMS says: {error.message.rstrip('.')}. " if error.message else ""
    return f"{said}Nothing was done. If that does not help, give what follows to Alibaba Cloud's support."


def _reference(error: CamsError) -> str:
    known = [f"code {error.code}" if error.code else "", f"RequestId {error.request_id}" if error.request_id else ""]
    said = ", ".join(part for part in known if part)
    return f" ({said})" if said else ""
