"""Serves a small web application on loopback until SIGTERM: for the inbox and the wallet emulator."""

import asyncio
import contextlib
import ipaddress
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from typing import Any, cast

import uvicorn
from litestar.types import ASGIApp, Receive, Scope, Send

GRACE_SECONDS = 3


class NotLoopback(ValueError):
    def __init__(self, text: str) -> None:
        super().__init__(f"{text!r} is not a loopback host:port; these servers listen on this computer only")


def is_loopback(host: str) -> bool:
    """Whether a host name or literal can only mean this computer; nothing is resolved."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def loopback_address(text: str) -> tuple[str, int]:
    """Parse host:port; port 0 lets the system choose."""
    host, separator, port = text.rpartition(":")
    if not separator or not port.isascii() or not port.isdigit() or int(port) > 65535 or not is_loopback(host):
        raise NotLoopback(text)
    return host.strip("[]"), int(port)


def listen(address: tuple[str, int]) -> socket.socket:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    return socket.create_server(address, family=family, backlog=512)


def shown(listener: socket.socket) -> str:
    """The address a listener really has, as host:port."""
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


class LoopbackOnly:
    """Refuses requests whose Host is not this computer: a foreign page could otherwise reach us by rebinding its name."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = next((value for name, value in scope.get("headers", []) if name == b"host"), b"").decode("latin-1")
        name = host.partition("]")[0] if host.startswith("[") else host.partition(":")[0]
        if is_loopback(name.lower()):
            await self._app(scope, receive, send)
            return
        headers = [(b"content-type", b"text/plain; charset=utf-8")]
        await send(cast("Any", {"type": "http.response.start", "status": 421, "headers": headers}))
        await send(cast("Any", {"type": "http.response.body", "body": b"This server answers on loopback only.\n"}))


class Web(uvicorn.Server):
    """A uvicorn that leaves signals to us and can cut a single connection."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    def abort(self, client: tuple[str, int] | None) -> None:
        """Cut the connection that comes from this address, without an answer."""
        for connection in list(self.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None and getattr(connection, "client", None) == client:
                transport.abort()


def web_for(app: ASGIApp) -> Web:
    config = uvicorn.Config(
        cast("Any", LoopbackOnly(app)),
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return Web(config)


@contextlib.asynccontextmanager
async def serving(web: Web, listener: socket.socket) -> AsyncIterator["asyncio.Task[None]"]:
    """Serve on a socket that already listens; the task ends early only if serving failed."""
    task = asyncio.create_task(web.serve(sockets=[listener]))
    try:
        yield task
    finally:
        web.should_exit = True
        await task


async def until_told(*tasks: "asyncio.Task[None]") -> None:
    """Return at SIGTERM or SIGINT; raise if one of the tasks fails before."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    waiting = asyncio.create_task(told.wait())
    await asyncio.wait({waiting, *tasks}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    for task in tasks:
        if task.done():
            task.result()


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run on uvloop where it is installed, on asyncio's own loop elsewhere."""
    loop_factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    with contextlib.suppress(ImportError):
        import uvloop

        loop_factory = uvloop.new_event_loop
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        runner.run(main())
