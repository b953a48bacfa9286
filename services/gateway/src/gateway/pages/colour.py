"""Colour arithmetic: sRGB, OKLCH and the contrast ratio that WCAG measures."""

import re
from dataclasses import dataclass
from math import atan2, cos, hypot, radians, sin

_HEX = re.compile(r"#?([0-9a-fA-F]{6})")


@dataclass(frozen=True, slots=True)
class Colour:
    """Red, green and blue as a screen gets them, 0 to 255."""

    red: int
    green: int
    blue: int

    @property
    def hex(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"

    @property
    def luminance(self) -> float:
        red, green, blue = (_linear(value / 255) for value in (self.red, self.green, self.blue))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@dataclass(frozen=True, slots=True)
class Oklch:
    """Lightness 0 to 1, chroma from 0, hue in degrees: equal steps look equal."""

    lightness: float
    chroma: float
    hue: float

    def css(self) -> str:
        return f"oklch({self.lightness:g} {self.chroma:g} {self.hue:g})"


def parse_hex(value: str) -> Colour | None:
    """The colour of six hexadecimal digits with or without '#', or None when it is no such thing."""
    match = _HEX.fullmatch(value)
    if match is None:
        return None
    digits = match[1]
    return Colour(int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16))


def contrast(one: Colour, other: Colour) -> float:
    lighter, darker = sorted((one.luminance, other.luminance), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def to_oklch(colour: Colour) -> Oklch:
    red, green, blue = (_linear(value / 255) for value in (colour.red, colour.green, colour.blue))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return Oklch(lightness, hypot(a, b), atan2(b, a) * 180 / 3.141592653589793 % 360)


def to_colour(wanted: Oklch) -> Colour:
    """The nearest colour a screen can show: where it cannot, chroma gives way, lightness and hue stay."""
    low, high = 0.0, wanted.chroma
    if _in_gamut(_linear_rgb(wanted)):
        return _colour(wanted)
    for _ in range(18):
        middle = (low + high) / 2
        if _in_gamut(_linear_rgb(Oklch(wanted.lightness, middle, wanted.hue))):
            low = middle
        else:
            high = middle
    return _colour(Oklch(wanted.lightness, low, wanted.hue))


def _linear_rgb(colour: Oklch) -> tuple[float, float, float]:
    a, b = colour.chroma * cos(radians(colour.hue)), colour.chroma * sin(radians(colour.hue))
    long = (colour.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (colour.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (colour.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _in_gamut(channels: tuple[float, float, float]) -> bool:
    return all(-0.0005 <= channel <= 1.0005 for channel in channels)


def _colour(colour: Oklch) -> Colour:
    red, green, blue = (_encoded(channel) for channel in _linear_rgb(colour))
    return Colour(red, green, blue)


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _encoded(value: float) -> int:
    value = min(1.0, max(0.0, value))
    return round(255 * (12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055))
