"""Reading the QR codes that customers are sent."""

from __future__ import annotations

import io


def decoded_qr(picture: bytes) -> str | None:
    """The text of the one QR code in *picture*; None if there is none that a phone could read."""
    import zxingcpp
    from PIL import Image

    with Image.open(io.BytesIO(picture)) as image:
        found = zxingcpp.read_barcodes(image.convert("RGB"))
    return found[0].text if found else None
