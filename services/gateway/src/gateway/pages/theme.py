"""A store's one accent colour, turned into everything a page needs from it, with contrast corrected by computation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gateway.pages.colour import Colour, Oklch, contrast, parse_hex, to_colour, to_oklch

Scheme = Literal["light", "dark"]

DEFAULT_ACCENT = "#1f5f5b"
TEXT_RATIO = 4.5
BORDER_RATIO = 3.0
# Rounding to eight bits may eat a little of a ratio that was met exactly.
_MARGIN = 0.06
_WHITE = Colour(255, 255, 255)
_BLACK = Colour(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Ground:
    """What lies beneath text and borders; stampbook.css holds the same values as tokens (a test compares)."""

    paper: Oklch
    surface: Oklch
    sunken: Oklch
    ink: Oklch
    soft_lightness: float

    @property
    def colours(self) -> list[Colour]:
        return [to_colour(ground) for ground in (self.paper, self.surface, self.sunken)]


GROUNDS: dict[Scheme, Ground] = {
    "light": Ground(
        Oklch(0.982, 0.005, 90), Oklch(1, 0, 0), Oklch(0.956, 0.007, 90), Oklch(0.25, 0.012, 75), soft_lightness=0.955
    ),
    "dark": Ground(
        Oklch(0.195, 0.006, 75), Oklch(0.24, 0.007, 75), Oklch(0.17, 0.006, 75), Oklch(0.94, 0.006, 90), 0.29
    ),
}


@dataclass(frozen=True, slots=True)
class Accent:
    """Fill carries text (``on``); ``deep`` is the fill pressed or shaded; ``border`` and ``text`` stand on pages."""

    fill: Colour
    deep: Colour
    on: Colour
    border: Colour
    text: Colour
    soft: Colour


def accent_colours(accent: str, scheme: Scheme) -> Accent:
    """Every pair that meets on a page keeps its ratio, whatever colour a store chose."""
    chosen = to_oklch(parse_hex(accent) or _default())
    ground = GROUNDS[scheme]
    soft = to_colour(Oklch(ground.soft_lightness, min(chosen.chroma, 0.03), chosen.hue))
    grounds = [*ground.colours, soft]
    fill, deep, on = _filled(_brightened(chosen) if scheme == "dark" else chosen)
    away = -1 if scheme == "light" else 1
    return Accent(
        fill=fill,
        deep=deep,
        on=on,
        border=_moved(to_oklch(fill), away, lambda colour: _clears(colour, grounds, BORDER_RATIO)),
        text=_moved(to_oklch(fill), away, lambda colour: _clears(colour, grounds, TEXT_RATIO)),
        soft=soft,
    )


def theme_css(accent: str) -> str:
    """The style sheet of one accent colour; served on its own address, so pages need no inline style."""
    light, dark = (_tokens(accent_colours(accent, scheme)) for scheme in GROUNDS)
    return f"@layer tokens{{:root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}}}\n"


def theme_name(accent: str | None) -> str:
    """Six lower-case digits for the addresses /theme/<name>.css and .svg; the platform's own for no usable colour."""
    return (parse_hex(accent or "") or _default()).hex[1:]


def icon_svg(accent: str) -> str:
    """The small picture in a browser's tab: a stamp mark in the store's colour."""
    colours = accent_colours(accent, "light")
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        f'<rect width="32" height="32" rx="8" fill="{colours.fill.hex}"/>'
        f'<circle cx="16" cy="16" r="9.5" fill="none" stroke="{colours.on.hex}" stroke-width="2"/>'
        f'<path d="m11.5 16.4 3.2 3.2 6-6.6" fill="none" stroke="{colours.on.hex}" stroke-width="2.6" '
        'stroke-linecap="round" stroke-linejoin="round"/></svg>\n'
    )


def _default() -> Colour:
    colour = parse_hex(DEFAULT_ACCENT)
    assert colour is not None
    return colour


def _tokens(accent: Accent) -> str:
    names = ("fill", "deep", "on", "border", "text", "soft")
    return "".join(f"--accent-{name}:{getattr(accent, name).hex};" for name in names)


def _brightened(chosen: Oklch) -> Oklch:
    """On a dark page a very dark brand colour would vanish: greys turn light, colours gain lightness."""
    if chosen.chroma < 0.04 and chosen.lightness < 0.55:
        return replace(chosen, lightness=0.92)
    return replace(chosen, lightness=max(chosen.lightness, 0.56))


def _filled(chosen: Oklch) -> tuple[Colour, Colour, Colour]:
    """White text where the brand colour nearly carries it, black otherwise; the deep shade moves away from the text."""
    white = contrast(to_colour(chosen), _WHITE) >= 3.4
    on, away = (_WHITE, -1) if white else (_BLACK, 1)
    fill = _moved(chosen, away, lambda colour: _clears(colour, [on], TEXT_RATIO))
    shade = to_oklch(fill)
    deep = to_colour(replace(shade, lightness=min(1.0, max(0.0, shade.lightness + away * 0.07))))
    return fill, deep, on


def _moved(start: Oklch, direction: int, holds: Callable[[Colour], bool]) -> Colour:
    """The first colour from here towards black or white that holds; black or white itself is the end."""
    for step in range(201):
        lightness = start.lightness + direction * step / 200
        if not 0 <= lightness <= 1:
            break
        colour = to_colour(replace(start, lightness=lightness))
        if holds(colour):
            return colour
    return _WHITE if direction > 0 else _BLACK


def _clears(colour: Colour, grounds: Sequence[Colour], ratio: float) -> bool:
    return all(contrast(colour, ground) >= ratio + _MARGIN for ground in grounds)
