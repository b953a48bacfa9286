"""Ask a process on this machine whether it is ready."""

import asyncio
import contextlib
import json
from dataclasses import dataclass
from http import HTTPStatus

from stampbook_cli.embedded.ports import LOOPBACK

_MOST_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Health:
    ready: bool
    detail: str = ""


async def ask_health(port: int, *, patience_seconds: float = 2.0) -> Health:
    try:
        async with asyncio.timeout(patience_seconds):
            status, body = await _get(port, "/health/ready")
    except TimeoutError:
        return Health(ready=False, detail=f"no answer within {patience_seconds:.0f} s")
    except (OSError, ValueError) as reason:
        return Health(ready=False, detail=str(reason))
    return Health(ready=status == HTTPStatus.OK, detail="" if status == HTTPStatus.OK else _complaints(body))


async def _get(port: int, path: str) -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\nConnection: close\r\n\r\n".encode())
        await writer.drain()
        head, _, body = (await reader.read(_MOST_BYTES)).partition(b"\r\n\r\n")
        if not body:  # the body may come in a packet of its own
            body = await reader.read(_MOST_BYTES)
        return int(head.split(b" ", 2)[1]), body
    except IndexError:
        raise ValueError("the answer is not HTTP") from None
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


def _complaints(body: bytes) -> str:
    """Name the checks that failed, out of `{ok, checks: [{name, ok, detail}]}`."""
    try:
        checks = json.loads(body)["checks"]
        return "; ".join(f"{check['name']}: {check.get('detail', '')}" for check in checks if not check["ok"])
    except (ValueError, KeyError, TypeError):
        return body[:200].decode(errors="replace")
