"""Write small files whole or not at all, and secrets for our eyes only."""

import os
import secrets
from pathlib import Path


def write_whole(path: Path, content: str | bytes, *, mode: int = 0o600) -> None:
    """Replace a file so that a crash leaves either the old or the new content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read_or_make(path: Path, make: str) -> str:
    """Return the secret kept in a file; the first time, keep the one offered."""
    if not path.exists():
        write_whole(path, make)
    return path.read_text().strip()
