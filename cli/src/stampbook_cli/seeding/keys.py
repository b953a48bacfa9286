"""The demo's keys: made once, kept beside the data, known to nobody else."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.files import write_whole
from stampbook_cli.seeding.demo_data import MERCHANTS, STORES, demo_id


@dataclass(frozen=True, slots=True)
class DemoKeys:
    """*merchants* by slug, *staff* by the store's subdomain."""

    super_admin: str = field(repr=False)
    merchants: dict[str, str] = field(repr=False)
    staff: dict[str, str] = field(repr=False)


def new_key(kind: str) -> str:
    return f"sk_{kind}_{secrets.token_urlsafe(32)}"


def hash_of_key(key: str) -> str:
    return sha256(key.encode()).hexdigest()


def key_id(of: str) -> UUID:
    return demo_id(f"key/{of}")


def keep_keys(directory: DataDirectory) -> DemoKeys:
    """Read the demo's keys, or make them; the file is readable for its owner alone."""
    path = _file(directory)
    if not path.exists():
        made: dict[str, Any] = {
            "super_admin": new_key("super_admin"),
            "merchants": {merchant["slug"]: new_key("merchant") for merchant in MERCHANTS},
            "staff": {store["subdomain"]: new_key("staff") for store in STORES},
        }
        write_whole(path, json.dumps(made, indent=2), mode=0o600)
    return DemoKeys(**json.loads(path.read_text()))


def _file(directory: DataDirectory) -> Path:
    return directory.path / "demo-keys.json"
