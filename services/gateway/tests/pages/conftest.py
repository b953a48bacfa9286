"""The demo platform's stores as their pages show them, and a tiny server that answers with drawn pages."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from gateway.pages.assets import CONTENT_SECURITY_POLICY, static_files
from gateway.pages.render import Pages
from gateway.pages.settings import JoinSettings, Programme, StoreView
from gateway.pages.theme import icon_svg, theme_css

Answer = tuple[str, str]


@pytest.fixture(scope="session")
def pages() -> Pages:
    return Pages()


@pytest.fixture(scope="session")
def fashionhub() -> StoreView:
    """Loyalty only, no catalog."""
    return StoreView(
        name="FASHIONHUB",
        subdomain="fashionhub",
        merchant_name="Fashion Group S.A.",
        default_language="fr",
        currency="EUR",
        programme=Programme(points_per_unit=2, welcome_points=50, stamp_target=10, reward_from_points=100),
        accent="#b3324a",
        contact_email="bonjour@fashionhub.example",
        taglines={
            "en": "Style that remembers you",
            "fr": "Le style qui se souvient de vous",
            "de": "Stil, der sich an Sie erinnert",
            "lb": "Stil, deen un Iech denkt",
        },
        descriptions={
            "en": "Clothes for every day, chosen with care, in the heart of the city.",
            "fr": "Des vêtements pour tous les jours, choisis avec soin, au cœur de la ville.",
            "de": "Kleidung für jeden Tag, mit Sorgfalt ausgewählt, mitten in der Stadt.",
            "lb": "Kleeder fir all Dag, mat Suergfalt erausgesicht, matzen an der Stad.",
        },
    )


@pytest.fixture(scope="session")
def fashionoutlet(fashionhub: StoreView) -> StoreView:
    """The sister store with a catalog."""
    return replace(
        fashionhub,
        name="FASHIONOUTLET",
        subdomain="fashionoutlet",
        accent="#ffd400",
        has_catalog=True,
        catalog_url="/shop",
        taglines={},
    )


@pytest.fixture(scope="session")
def bookworld() -> StoreView:
    """Stamps only, one language only, no colour of its own."""
    return StoreView(
        name="BookWorld",
        subdomain="bookworld",
        merchant_name="BookWorld",
        default_language="de",
        currency="EUR",
        programme=Programme(stamp_target=8),
        descriptions={"de": "Bücher für lange Abende."},
    )


@pytest.fixture(scope="session")
def everything_asked() -> JoinSettings:
    return JoinSettings(
        asked=frozenset({"first_name", "surname", "email", "phone", "birthday"}),
        required=frozenset({"first_name", "surname", "email", "birthday"}),
        terms_version="2026-1",
        birthday_gift=True,
    )


Serve = Callable[[Mapping[str, str]], str]


@pytest.fixture(scope="module")
def serve() -> Iterator[Serve]:
    """Serve paths and their HTML beside static files and themes, under the real policy; returns the origin."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.drawn = {}  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def publish(drawn: Mapping[str, str]) -> str:
        server.drawn.update(drawn)  # type: ignore[attr-defined]
        return f"http://fashionhub.localhost:{server.server_address[1]}"

    yield publish
    server.shutdown()
    thread.join()
    server.server_close()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        content = self._content(self.path.partition("?")[0])
        media_type, body = content or ("text/plain", b"")
        self.send_response(200 if content else 404)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        self.end_headers()
        self.wfile.write(body)

    def _content(self, path: str) -> tuple[str, bytes] | None:
        if path.startswith("/static/") and (file := static_files().get(path.removeprefix("/static/"))):
            return file.media_type, file.content
        if path.startswith("/theme/") and path.endswith(".css"):
            return "text/css", theme_css(path[7:-4]).encode()
        if path.startswith("/theme/"):
            return "image/svg+xml", icon_svg(path[7:-4]).encode()
        html = self.server.drawn.get(path)  # type: ignore[attr-defined]
        return ("text/html; charset=utf-8", html.encode()) if html is not None else None

    def log_message(self, format: str, *args: object) -> None:
        """Quiet: a failed request shows in the browser's own record."""
