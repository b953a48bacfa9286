"""The picture of a short link: a PNG that a phone reads from a screen at arm's length."""

import asyncio
from io import BytesIO

_PIXELS_MIN = 240
_BORDER = 4


async def png_of(link: str) -> bytes:
    """Drawn in a thread: some milliseconds of arithmetic that must not hold up the other mails."""
    return await asyncio.to_thread(_draw, link)


def _draw(link: str) -> bytes:
    import qrcode  # the library brings Pillow; nobody else needs it
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.image.pil import PilImage

    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=_BORDER)
    code.add_data(link)
    code.make(fit=True)
    modules = code.modules_count + 2 * _BORDER
    code.box_size = -(-_PIXELS_MIN // modules) * 2  # twice the shown size: sharp on dense screens
    file = BytesIO()
    code.make_image(image_factory=PilImage).save(file, "PNG", optimize=True)
    return file.getvalue()
