"""What a pass looks like on the pages: the texts and colours a phone would show, and its barcode. Pure."""

import io

import msgspec
import qrcode
from qrcode.image.svg import SvgPathImage

from stampbook_cli.wallet_emulator.resources import Resource

DEFAULT_COLOUR = "#3d5a80"


class Card(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    issuer: str
    program: str
    colour: str
    ink: str
    state: str
    account: str
    points: list[tuple[str, str]]
    texts: list[tuple[str, str]]
    messages: list[tuple[str, str]]
    code_text: str
    code_picture: str | None
    saved: bool


def card_of(resource: Resource, loyalty_class: Resource, *, saved: bool) -> Card:
    barcode = resource.get("barcode", {})
    colour = full_colour(loyalty_class.get("hexBackgroundColor") or DEFAULT_COLOUR)
    return Card(
        id=resource["id"],
        issuer=text(loyalty_class, "issuerName", "localizedIssuerName"),
        program=text(loyalty_class, "programName", "localizedProgramName"),
        colour=colour,
        ink=ink_on(colour),
        state=str(resource["state"]).upper(),
        account=" · ".join(str(resource[name]) for name in ("accountName", "accountId") if resource.get(name)),
        points=[
            points_of(resource[name]) for name in ("loyaltyPoints", "secondaryLoyaltyPoints") if resource.get(name)
        ],
        texts=lines_of(resource.get("textModulesData", [])),
        messages=lines_of(resource.get("messages", [])),
        code_text=str(barcode.get("alternateText") or ""),
        code_picture=qr_picture(barcode["value"]) if is_qr(barcode) else None,
        saved=saved,
    )


def text(resource: Resource, plain: str, localized: str) -> str:
    """A text as a phone without a matching language shows it."""
    default = resource.get(localized, {}).get("defaultValue", {}).get("value")
    return str(resource.get(plain) or default or "")


def points_of(points: Resource) -> tuple[str, str]:
    balance = points["balance"]
    if (money := balance.get("money")) is not None:
        shown = f"{int(money.get('micros', 0)) / 1_000_000:.2f} {money.get('currencyCode', '')}"
    else:
        shown = next(str(balance[name]) for name in ("string", "int", "double") if balance.get(name) is not None)
    return text(points, "label", "localizedLabel"), shown


def lines_of(modules: list[Resource]) -> list[tuple[str, str]]:
    return [(text(one, "header", "localizedHeader"), text(one, "body", "localizedBody")) for one in modules]


def is_qr(barcode: Resource) -> bool:
    return barcode.get("type") in {"QR_CODE", "qrCode", "qrcode"} and bool(barcode.get("value"))


def qr_picture(value: str) -> str:
    drawn = io.BytesIO()
    qrcode.make(value, image_factory=SvgPathImage, border=2).save(drawn)
    return drawn.getvalue().decode().partition("?>")[2].strip()


def full_colour(colour: str) -> str:
    return "#" + "".join(digit * 2 for digit in colour[1:]) if len(colour) == 4 else colour


def ink_on(colour: str) -> str:
    """Black or white, whichever stands out more by WCAG's relative luminance."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#000000" if luminance > 0.179 else "#ffffff"
