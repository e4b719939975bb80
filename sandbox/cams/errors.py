"""How the local CAMS says no.

One exception carries every refusal from where it is found to where it is written down. Its HTTP status
decides the form: 200 is a refusal by the product, anything else comes from the gateway before it.
"""

# The first four are documented for each operation, with HTTP 400:
# https://www.alibabacloud.com/help/en/chatapp/developer-reference/api-cams-2020-06-06-listphonemessageqrdl
# The rest belong to the gateway, which all products share: https://help.aliyun.com/document_detail/53438.html
MESSAGES = {
    "Product.Unsubscript": "You have not subscribed to the specified product.",
    "Ram.PermissionDeny": "You are not authorized to perform the operation.",
    "System.LimitControl": "The system is under flow control.",
    "Unknown.ResourceOwnerId": "The resource does not belong to the current user.",
    "IncompleteSignature": "The request signature does not conform to Aliyun standards.",
    "InternalError": "The request processing has failed due to some unknown error.",
    "InvalidAccessKeyId.NotFound": "Specified access key is not found.",
    "InvalidAction.NotFound": "Specified api is not found, please check your url and method.",
    "InvalidSecurityToken.Expired": "Specified SecurityToken is expired.",
    "InvalidSecurityToken.MismatchWithAccessKey": "Specified SecurityToken is mismatch with the AccessKey.",
    "InvalidTimeStamp.Expired": "Specified time stamp or date value is expired.",
    "InvalidTimeStamp.Format": "Specified time stamp or date value is not well formatted.",
    "InvalidVersion": "Specified parameter Version is not valid.",
    "MissingSecurityToken": "SecurityToken is mandatory for this action.",
    "ServiceUnavailable": "The request has failed due to a temporary failure of the server.",
    "SignatureNonceUsed": "Specified signature nonce was used already.",
}


class RefusalError(Exception):
    """The answer is no: `code` as CAMS names it, `message` for people, and the HTTP status it travels with."""

    def __init__(self, code: str, message: str = "", http_status: int = 400) -> None:
        """Take the documented message of the code where none is given."""
        self.code = code
        self.message = message or MESSAGES.get(code, "The request was refused.")
        self.http_status = http_status
        super().__init__(f"{code}: {self.message}")


def missing(parameter: str) -> RefusalError:
    """Name a parameter that is not there, as the shared gateway does (`Missing{ParameterName}`)."""
    return RefusalError(f"Missing{parameter}", f"{parameter} is mandatory for this action.")


def product(code: str, message: str) -> RefusalError:
    """Refuse on the product's side, at HTTP 200.

    Inferred: the documents describe `Code` as "OK, or see the list", but show no example of the latter.
    """
    return RefusalError(code, message, http_status=200)
