"""Style sheets, scripts, pictures and the colours of stores."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from hashlib import sha256

from litestar import Response, get
from litestar.params import FromPath

from gateway.pages.assets import DIRECTORY, StaticFile, static_files
from gateway.pages.theme import icon_svg, theme_css
from gateway.problems import Refused
from gateway.storefront.context import Asked

PASS_LOGO = "pass-logo.png"  # noqa: S105  a picture
"""What wallet passes of stores without a logo show; the wallet sync names this address to Google."""

_THEME = re.compile(r"([0-9a-f]{6})\.(css|svg)")
_FOR_EVER = "public, max-age=31536000, immutable"
_FOR_AN_HOUR = "public, max-age=3600"


@get("/static/{name:str}")
async def static(request: Asked, name: FromPath[str]) -> Response[bytes]:
    """An address with the right digest never changes its content."""
    file = _pass_logo() if name == PASS_LOGO else static_files().get(name)
    if file is None:
        raise Refused("not_found")
    etag = f'"{file.digest}"'
    lasting = _FOR_EVER if request.query_params.get("v") == file.digest else _FOR_AN_HOUR
    headers = {"Cache-Control": lasting, "ETag": etag}
    if request.headers.get("if-none-match") == etag:
        return Response(b"", status_code=304, headers=headers)
    return Response(file.content, media_type=file.media_type.partition(";")[0], headers=headers)


@get("/theme/{file:str}")
async def theme(file: FromPath[str]) -> Response[bytes]:
    found = _THEME.fullmatch(file)
    if found is None:
        raise Refused("not_found")
    content, media_type = _themed(found[1], found[2])
    return Response(content, media_type=media_type, headers={"Cache-Control": _FOR_AN_HOUR})


@lru_cache(maxsize=512)
def _themed(colour: str, ending: str) -> tuple[bytes, str]:
    if ending == "css":
        return theme_css(colour).encode(), "text/css"
    return icon_svg(colour).encode(), "image/svg+xml"


@cache
def _pass_logo() -> StaticFile:
    content = (DIRECTORY / PASS_LOGO).read_bytes()
    return StaticFile(PASS_LOGO, content, "image/png", sha256(content).hexdigest()[:12])
