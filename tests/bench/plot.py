"""A plot of a few measured points as SVG: one axis in powers of ten, the other from nought."""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP = 640, 320, 64, 48, 40
_STYLE = """<style>
svg { background: #ffffff } text { font: 13px sans-serif; fill: #333333 } .head { font-weight: bold }
.grid { stroke: #dddddd } .line { fill: none; stroke: #8a2b4f; stroke-width: 2 } circle { fill: #8a2b4f }
</style>"""


def svg(title: str, across: str, points: Sequence[Point]) -> str:
    """*points* from left to right; *across* names their first number, *title* says what the second is."""
    top = _round_up(max(y for _, y in points))
    first, last = (math.log10(points[end][0]) for end in (0, -1))
    places = [
        (
            _LEFT + (math.log10(x) - first) / (last - first) * (_WIDTH - _LEFT - 48),
            _HEIGHT - _BOTTOM - y / top * (_HEIGHT - _BOTTOM - _TOP),
        )
        for x, y in points
    ]
    body = [_STYLE, _text(_LEFT, 22, title, "head"), _text(_WIDTH / 2, _HEIGHT - 8, across, anchor="middle")]
    body += [_level(share * top, top) for share in (0.0, 0.25, 0.5, 0.75, 1.0)]
    body.append(f'<polyline class="line" points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in places)}"/>')
    for (x, y), (number, value) in zip(places, points, strict=True):
        body.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>')
        body.append(_text(x, y - 12, f"{value:,.2f}", anchor="middle"))
        body.append(_text(x, _HEIGHT - _BOTTOM + 20, f"{number:,.0f}", anchor="middle"))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img">'
    return "\n".join([head, f"<title>{title}</title>", *body, "</svg>\n"])


def _level(value: float, top: float) -> str:
    y = _HEIGHT - _BOTTOM - value / top * (_HEIGHT - _BOTTOM - _TOP)
    line = f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - 16}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return line + _text(_LEFT - 8, y + 4, f"{value:g}", anchor="end")


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}" text-anchor="{anchor}">{text}</text>'


def _round_up(value: float) -> float:
    """The next one, two or five of its power of ten."""
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value)
