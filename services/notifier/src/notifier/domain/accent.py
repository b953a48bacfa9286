"""A store's accent colour, corrected until text in it and on it can be read, by day and by night."""

import re
from dataclasses import dataclass
from functools import lru_cache

_HEX = re.compile(r"#[0-9a-f]{6}")
_WANTED = 4.5
_STEPS = 50

Rgb = tuple[int, int, int]

PAPER: Rgb = (255, 255, 255)
NIGHT: Rgb = (28, 30, 33)


@dataclass(frozen=True, slots=True)
class Theme:
    """*accent* reads on paper and carries paper-coloured text; *dark_accent* does the same by night."""

    accent: str
    on_accent: str
    dark_accent: str
    dark_on_accent: str


@lru_cache(maxsize=256)
def theme_of(accent: str) -> Theme:
    """Worked out once for each colour: stores are few and their mails are many."""
    if not _HEX.fullmatch(accent):
        raise ValueError(f"not a colour: {accent!r}")
    wanted = _rgb(accent)
    return Theme(
        accent=_hex(_until_readable(wanted, PAPER, towards=(0, 0, 0))),
        on_accent=_hex(PAPER),
        dark_accent=_hex(_until_readable(wanted, NIGHT, towards=(255, 255, 255))),
        dark_on_accent=_hex(NIGHT),
    )


def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast ratio of WCAG 2, from 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _until_readable(colour: Rgb, ground: Rgb, towards: Rgb) -> Rgb:
    for step in range(_STEPS + 1):
        mixed = _mix(colour, towards, step / _STEPS)
        if contrast(mixed, ground) >= _WANTED:
            return mixed
    return towards


def _mix(colour: Rgb, other: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def _luminance(colour: Rgb) -> float:
    red, green, blue = (_linear(value / 255) for value in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _rgb(value: str) -> Rgb:
    return int(value[1:3], 16), int(value[3:5], 16), int(value[5:7], 16)


def _hex(colour: Rgb) -> str:
    return "#" + "".join(f"{value:02x}" for value in colour)
