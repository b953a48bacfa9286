"""A QR code as inline SVG: one path of dark modules on a white square, sharp at any size and free of scripts."""

import qrcode
from markupsafe import Markup
from qrcode.constants import ERROR_CORRECT_M

# Scanners need four light modules around the code, on a dark page too.
_QUIET_MODULES = 4


def qr_svg(text: str, label: str) -> Markup:
    """The label is what a screen reader says instead of the picture."""
    modules = _modules(text)
    side = len(modules) + 2 * _QUIET_MODULES
    path = "".join(_runs(row, y + _QUIET_MODULES) for y, row in enumerate(modules))
    return Markup(
        '<svg class="qr" role="img" aria-label="{}" viewBox="0 0 {} {}" shape-rendering="crispEdges">'
        '<rect width="100%" height="100%" fill="#fff"/><path fill="#000" d="{}"/></svg>'
    ).format(label, side, side, path)


def _modules(text: str) -> list[list[bool]]:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(text)
    code.make(fit=True)
    return [[bool(module) for module in row] for row in code.get_matrix()]


def _runs(row: list[bool], y: int) -> str:
    """Neighbouring dark modules become one rectangle: a third of the bytes."""
    runs: list[str] = []
    x = 0
    while x < len(row):
        if not row[x]:
            x += 1
            continue
        start = x
        while x < len(row) and row[x]:
            x += 1
        runs.append(f"M{start + _QUIET_MODULES} {y}h{x - start}v1h{start - x}z")
    return "".join(runs)
