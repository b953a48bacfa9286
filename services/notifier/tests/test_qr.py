"""The picture in the mail is read back by a scanner."""

from io import BytesIO

import pytest
import zxingcpp
from mail_samples import WALLET_URL
from PIL import Image

from notifier.qr import png_of

LINKS = [WALLET_URL, "https://" + "a" * 63 + ".stampbook.lu/w/" + "y" * 22]


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("pixels", [None, 240])
async def test_the_code_decodes_to_the_short_link(link: str, pixels: int | None) -> None:
    picture = Image.open(BytesIO(await png_of(link))).convert("L")
    shown = picture.resize((pixels, pixels)) if pixels else picture
    assert [code.text for code in zxingcpp.read_barcodes(shown)] == [link]


async def test_the_picture_is_large_enough_for_dense_screens_and_small_enough_for_a_mail() -> None:
    png = await png_of(WALLET_URL)
    assert Image.open(BytesIO(png)).width >= 480
    assert len(png) < 5_000
