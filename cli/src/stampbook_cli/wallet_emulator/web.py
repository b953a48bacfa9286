"""The emulator over HTTP: Google's addresses, the pages people see, and the handles tests turn."""

from collections import deque
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from litestar import Controller, HttpMethod, Litestar, MediaType, Request, Response, delete, get, post, put, route
from litestar.datastructures import State
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from stampbook_cli.wallet_emulator.batch import parse, render
from stampbook_cli.wallet_emulator.callbacks import CallbackKeys, Courier
from stampbook_cli.wallet_emulator.faults import ArmedRule, FaultRules, Faults
from stampbook_cli.wallet_emulator.gate import Seen
from stampbook_cli.wallet_emulator.journal import Journal
from stampbook_cli.wallet_emulator.pages import Page, Pages
from stampbook_cli.wallet_emulator.refusals import Refused, invalid
from stampbook_cli.wallet_emulator.resources import Kind
from stampbook_cli.wallet_emulator.surface import Call, Surface
from stampbook_cli.wallet_emulator.tokens import GrantRefused, TokenDesk
from stampbook_cli.wallet_emulator.visits import Visits
from stampbook_cli.wallet_emulator.wallet import Wallet

AnyRequest = Request[Any, Any, State]


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What the handlers work with."""

    surface: Surface
    tokens: TokenDesk
    wallet: Wallet
    visits: Visits
    keys: CallbackKeys
    courier: Courier
    faults: Faults
    journal: Journal
    pages: Pages
    seen: deque[Seen]


def parts(state: State) -> Parts:
    found: Parts = state.parts
    return found


def page_response(page: Page, status_code: int = 200) -> Response[str]:
    headers = {"Content-Security-Policy": page.policy, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
    return Response(page.content, status_code=status_code, media_type=MediaType.HTML, headers=headers)


@post("/token")
async def token(request: AnyRequest, state: State) -> Response[dict[str, Any]]:
    form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
    try:
        return Response(parts(state).tokens.exchange(form), status_code=200, headers={"Cache-Control": "no-store"})
    except GrantRefused as refused:
        return Response(refused.body, status_code=400)


@route("/walletobjects/{rest:path}", http_method=[*HttpMethod])
async def walletobjects(request: AnyRequest, state: State) -> Response[dict[str, Any]]:
    scope = request.scope
    call = Call(
        method=request.method,
        path=scope.get("raw_path", b"").decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        body=await request.body(),
        authorization=request.headers.get("authorization"),
    )
    answer = parts(state).surface.answer(call)
    headers = {"WWW-Authenticate": "Bearer"} if answer.status == 401 else {}
    return Response(answer.body, status_code=answer.status, headers=headers)


@post("/batch")
async def batch(request: AnyRequest, state: State) -> Response[bytes]:
    content_type = request.headers.get("content-type", "")
    asked = parse(content_type, await request.body(), request.headers.get("authorization"))
    media_type, content = render([(part, parts(state).surface.answer(part.call)) for part in asked])
    return Response(content, status_code=200, headers={"Content-Type": media_type})


@get("/gp/m/issuer/keys", sync_to_thread=False)
def callback_keys(state: State) -> dict[str, list[dict[str, str]]]:
    return parts(state).keys.published()


class SavePage(Controller):
    path = "/gp/v/save/{jwt:str}"

    @get(sync_to_thread=False)
    def look(self, state: State, jwt: str, done: bool = False) -> Response[str]:
        try:
            cards, notes = parts(state).visits.look(jwt)
        except Refused as refused:
            return page_response(parts(state).pages.refused(refused.message), refused.code)
        return page_response(parts(state).pages.save(cards, notes, done=done))

    @post(sync_to_thread=False)
    def save(self, state: State, jwt: str) -> Response[Any]:
        try:
            parts(state).visits.save(jwt)
        except Refused as refused:
            return page_response(parts(state).pages.refused(refused.message), refused.code)
        return Redirect(f"/gp/v/save/{jwt}?done=true", status_code=303)


class Site(Controller):
    @get("/", sync_to_thread=False)
    def home(self, state: State) -> Response[str]:
        return page_response(parts(state).pages.passes(parts(state).visits.all_cards()))

    @get("/emulator.css", media_type=MediaType.CSS, sync_to_thread=False)
    def style(self) -> bytes:
        return (Path(__file__).parent / "templates" / "emulator.css").read_bytes()

    @get("/health/ready", sync_to_thread=False)
    def ready(self, state: State) -> Response[dict[str, Any]]:
        ok = parts(state).journal.writable()
        checks = [{"name": "journal", "ok": ok, "detail": "changes can be kept"}]
        return Response({"ok": ok, "checks": checks}, status_code=200 if ok else 503)


class Handles(Controller):
    """What tests and journeys turn and read; Google has nothing like it."""

    path = "/emulator"

    @get("/faults", sync_to_thread=False)
    def faults(self, state: State) -> dict[str, list[ArmedRule]]:
        return {"rules": parts(state).faults.armed}

    @put("/faults", sync_to_thread=False)
    def arm(self, state: State, data: FaultRules) -> dict[str, list[ArmedRule]]:
        parts(state).faults.arm(data.rules)
        return {"rules": parts(state).faults.armed}

    @delete("/faults", sync_to_thread=False)
    def disarm(self, state: State) -> None:
        parts(state).faults.arm([])

    @get("/requests", sync_to_thread=False)
    def requests(self, state: State) -> dict[str, Any]:
        return {"requests": list(parts(state).seen)}

    @get("/callbacks", sync_to_thread=False)
    def callbacks(self, state: State) -> dict[str, Any]:
        return {"attempts": list(parts(state).courier.attempts)}

    @get("/objects", sync_to_thread=False)
    def objects(self, state: State) -> dict[str, Any]:
        wallet = parts(state).wallet
        return {"classes": wallet.stored(Kind.CLASS), "objects": wallet.stored(Kind.OBJECT)}

    @post("/objects/{object_id:str}/remove", sync_to_thread=False)
    def remove(self, state: State, object_id: str) -> Redirect:
        parts(state).visits.remove(object_id)
        return Redirect("/", status_code=303)


def refused_as_google(_request: AnyRequest, refused: Refused) -> Response[dict[str, Any]]:
    return Response(refused.body(), status_code=refused.code)


def unknown_as_google(_request: AnyRequest, problem: HTTPException) -> Response[dict[str, Any]]:
    shaped = invalid(problem.detail)
    if problem.status_code != 400:
        shaped = Refused(problem.status_code, problem.detail, reason="notFound", domain="global")
    return Response(shaped.body(), status_code=problem.status_code)


def build(has: Parts) -> Litestar:
    return Litestar(
        route_handlers=[token, walletobjects, batch, callback_keys, SavePage, Site, Handles],
        state=State({"parts": has}),
        openapi_config=None,
        logging_config=None,
        exception_handlers={Refused: refused_as_google, HTTPException: unknown_as_google},
    )
