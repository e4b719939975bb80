"""A QR picture that scans: drawn from a link, and read back before anybody sees it."""

import io

from bot.errors import BotError

# What draws and reads is imported by who does it, in a process of its own: the bot itself starts sooner and smaller.
# ruff: noqa: PLC0415

# Printed on a poster at 300 dpi a module of 10 pixels is under a millimetre; four modules of margin are ISO 18004's.
MODULE_PIXELS = 10
MARGIN_MODULES = 4
# What version 40 with error correction M holds, in bytes (ISO 18004, table 7).
CAPACITY = 2331


class UnreadablePictureError(BotError):
    """A picture did not give its link back. It must not be handed out."""


def draw(link: str) -> bytes:
    """Return a PNG that was read back to this very link. Takes about 5 ms of CPU for a wa.me link.

    Raises:
        UnreadablePictureError: the link is empty or too long for a code, or what was read is not what was drawn.
    """
    try:
        size = len(link.encode())
    except UnicodeEncodeError as exc:
        raise UnreadablePictureError("The link is no text.") from exc
    if not 0 < size <= CAPACITY:
        raise UnreadablePictureError(f"A link of {size} bytes fits no QR code.")
    import qrcode
    from qrcode.constants import ERROR_CORRECT_M

    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, box_size=MODULE_PIXELS, border=MARGIN_MODULES)
    code.add_data(link)
    code.make(fit=True)
    out = io.BytesIO()
    code.make_image().save(out, "PNG")
    picture = out.getvalue()
    if read(picture) != link:
        raise UnreadablePictureError("The picture of this link does not scan.")
    return picture


def read(picture: bytes) -> str:
    """Return the text of the one QR code in a picture, or an empty text."""
    import zxingcpp
    from PIL import Image

    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    with Image.open(io.BytesIO(picture)) as image:
        found = zxingcpp.read_barcodes(image, formats=formats, text_mode=zxingcpp.TextMode.Plain)
    return str(found[0].text) if len(found) == 1 else ""
