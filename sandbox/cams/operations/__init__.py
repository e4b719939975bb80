"""The operations: what each asks for, allows, changes in the world, and returns.

Names, types and which parameters are required: the official SDK's models and the pages under
https://www.alibabacloud.com/help/en/chatapp/developer-reference/. Codes marked "inferred" are documented names
put to a use that no document describes, because none describes that case.
"""

from sandbox.cams.operations.codes import create_qr_code, delete_qr_code, list_qr_codes
from sandbox.cams.operations.numbers import (
    describe_profile,
    describe_verification,
    list_numbers,
    send_verification_code,
)
from sandbox.cams.operations.operation import Operation, Parameters, TopLevel
from sandbox.cams.operations.spaces import describe_waba, list_spaces
from sandbox.cams.operations.webhooks import update_account_webhook

__all__ = ["OPERATIONS", "Operation", "Parameters", "TopLevel"]

# Documented on each operation's page. The quota page says 50 for CreatePhoneMessageQrdl and 1,000 for
# GetPhoneNumberVerificationStatus; the lower one holds.
_QRDL_CALLS = 5
_OTHER_CALLS = 10

OPERATIONS = {
    operation.name: operation
    for operation in (
        Operation("ListPhoneMessageQrdl", ("PhoneNumber",), ("CustSpaceId",), _QRDL_CALLS, False, list_qr_codes),
        Operation(
            "CreatePhoneMessageQrdl",
            ("PhoneNumber", "GenerateQrImage", "PrefilledMessage"),
            ("CustSpaceId",),
            _QRDL_CALLS,
            False,
            create_qr_code,
        ),
        Operation(
            "DeletePhoneMessageQrdl", ("PhoneNumber", "QrdlCode"), ("CustSpaceId",), _QRDL_CALLS, False, delete_qr_code
        ),
        Operation(
            "GetChatappVerifyCode",
            ("CustSpaceId", "PhoneNumber", "Method", "Locale"),
            (),
            _OTHER_CALLS,
            True,
            send_verification_code,
        ),
        Operation("QueryChatappBindWaba", (), ("CustSpaceId", "IsvCode"), _OTHER_CALLS, True, describe_waba),
        Operation(
            "QueryPhoneBusinessProfile",
            ("CustSpaceId", "PhoneNumber"),
            (),
            _OTHER_CALLS,
            True,
            describe_profile,
        ),
        Operation(
            "ListInstance",
            (),
            ("PageIndex", "PageSize", "InstanceName", "InstanceId", "ChannelType"),
            _OTHER_CALLS,
            True,
            list_spaces,
        ),
        Operation(
            "QueryChatappPhoneNumbers", (), ("CustSpaceId", "IsvCode", "Status"), _OTHER_CALLS, True, list_numbers
        ),
        Operation(
            "GetPhoneNumberVerificationStatus",
            ("CustSpaceId", "PhoneNumber"),
            (),
            _OTHER_CALLS,
            False,
            describe_verification,
        ),
        Operation(
            "UpdateAccountWebhook",
            ("CustSpaceId",),
            ("StatusCallbackUrl", "HttpFlag", "QueueFlag"),
            _OTHER_CALLS,
            False,
            update_account_webhook,
        ),
    )
}
