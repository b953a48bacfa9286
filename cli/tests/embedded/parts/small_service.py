"""A service as small as one can be: says that it is ready, writes down that it drained, dies when told to."""

import asyncio
import os
import signal
import socket
from http import HTTPStatus
from pathlib import Path

FOLDER = Path(os.environ["SMALL_FOLDER"])
NAME = os.environ["SMALL_NAME"]


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    path = (await reader.readline()).split()[1].decode()
    ready = not (FOLDER / "not-ready").exists()
    status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
    body = '{"ok": false, "checks": [{"name": "bus", "ok": false, "detail": "another server"}]}' if not ready else "{}"
    if path == "/die":
        os._exit(7)
    writer.write(f"HTTP/1.1 {status.value} x\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
    await writer.drain()
    writer.close()


async def main() -> None:
    ended = asyncio.Event()
    if "stubborn" not in NAME:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    else:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if "SMALL_FD" in os.environ:
        handed_over = socket.socket(fileno=int(os.environ["SMALL_FD"]))
        door = await asyncio.start_server(answer, sock=handed_over)
    host, port = os.environ["STAMPBOOK_HEALTH_ADDRESS"].split(":")
    health = await asyncio.start_server(answer, host, int(port))
    await ended.wait()
    health.close()
    if "SMALL_FD" in os.environ:
        door.close()
        await asyncio.sleep(0.2)  # who was let in is answered
    with (FOLDER / "drained").open("a") as log:
        log.write(f"{NAME}\n")


if "broken" in NAME:
    raise SystemExit("this service is broken on purpose")
asyncio.run(main())
