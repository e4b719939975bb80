"""QR codes of a number: listed, made, deleted."""

from datetime import datetime

from sandbox.cams.errors import product
from sandbox.cams.operations.operation import Parameters, invalid, number_of
from sandbox.cams.records import PhoneNumber, QrCode
from sandbox.cams.world import World

# Meta's limits, which CAMS passes on; in code points, since no document names the unit:
# https://developers.facebook.com/documentation/business-messaging/whatsapp/qr-codes
MESSAGE_LIMIT = 140
QR_CODES_PER_NUMBER = 2000

IMAGES = ("PNG", "SVG")


def list_qr_codes(world: World, parameters: Parameters, _now: datetime) -> list[dict[str, str]]:
    """ListPhoneMessageQrdl: every code of a number, on one page."""
    number = number_of(world, parameters)
    return [_listed(number, code, world) for code in number.qr_codes.values()]


def create_qr_code(world: World, parameters: Parameters, _now: datetime) -> dict[str, str]:
    """CreatePhoneMessageQrdl: a new code for a number."""
    number = number_of(world, parameters)
    image, message = parameters["GenerateQrImage"], parameters["PrefilledMessage"]
    if image not in IMAGES:
        raise invalid("GenerateQrImage", image)
    if len(message) > MESSAGE_LIMIT:
        # Inferred.
        raise product("InvalidParameter.MessageInvalid", f"PrefilledMessage exceeds {MESSAGE_LIMIT} characters.")
    if len(number.qr_codes) >= QR_CODES_PER_NUMBER:
        # Inferred.
        raise product("InvalidParameter.CreateError", f"A number can have {QR_CODES_PER_NUMBER} QR codes.")
    return _qr_code(number, world.add_qr_code(number, message, image))


def delete_qr_code(world: World, parameters: Parameters, _now: datetime) -> None:
    """DeletePhoneMessageQrdl: a code of a number is gone."""
    number, code = number_of(world, parameters), parameters["QrdlCode"]
    if code not in number.qr_codes:
        # Inferred, and the name with it: none that is documented fits.
        raise product("InvalidParameter.QrdlCodeError", "The QR code is not one of this number.")
    world.delete_qr_code(number, code)


def _qr_code(number: PhoneNumber, code: QrCode) -> dict[str, str]:
    return {
        "DeepLinkUrl": code.deep_link_url,
        "GenerateQrImage": code.image,
        "PhoneNumber": number.digits,
        "PrefilledMessage": code.message,
        "QrImageUrl": code.image_url,
        "QrdlCode": code.code,
    }


def _listed(number: PhoneNumber, code: QrCode, world: World) -> dict[str, str]:
    shown = _qr_code(number, code)
    match world.listed_images:
        case "omitted":
            del shown["QrImageUrl"]
        case "empty":
            shown["QrImageUrl"] = ""
        case "sent":
            pass
    return shown
