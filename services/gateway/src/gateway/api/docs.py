"""``/openapi.json`` and ``/problems``: what programmers read."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from litestar import MediaType, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from gateway.api.context import Asked, parts_of
from gateway.api.openapi import document
from gateway.problems import KNOWN, Refused, status_of, title_of

_PUBLIC = {"Cache-Control": "public, max-age=300"}


class ProblemPage(msgspec.Struct, frozen=True, kw_only=True):
    type: str
    code: str
    status: int
    title: str


def docs(handlers: Sequence[HTTPRouteHandler]) -> list[HTTPRouteHandler]:
    written: list[bytes] = []

    @get(
        "/openapi.json",
        include_in_schema=False,
        opt={"anonymous": True},
        media_type=MediaType.JSON,
        sync_to_thread=False,
    )
    def openapi(request: Asked) -> Response[bytes]:
        """Written at the first request: most processes never need it."""
        if not written:
            written.append(msgspec.json.encode(document(handlers, parts_of(request).base_url)))
        return Response(written[0], media_type=MediaType.JSON, headers=_PUBLIC)

    @get("/problems", include_in_schema=False, opt={"anonymous": True}, sync_to_thread=False)
    def problems() -> Response[list[ProblemPage]]:
        return Response([_page(code) for code in KNOWN], headers=_PUBLIC)

    @get("/problems/{code:str}", include_in_schema=False, opt={"anonymous": True}, sync_to_thread=False)
    def problem(code: FromPath[str]) -> Response[ProblemPage]:
        """Where a problem's ``type`` leads; a refusal of a service is explained by its own name."""
        if not code.replace("_", "").isascii() or not code.replace("_", "").isalpha() or len(code) > 60:
            raise Refused("not_found")
        return Response(_page(code), headers=_PUBLIC)

    return [openapi, problems, problem]


def _page(code: str) -> ProblemPage:
    return ProblemPage(type=f"/problems/{code}", code=code, status=status_of(code), title=title_of(code))
