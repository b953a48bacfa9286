"""What the gateway must be told."""

from pathlib import Path

import pytest

from gateway.settings import Settings
from stampbook_messaging.settings import Misconfigured


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    for name, text in {"seed": "SU", "secret": "ab" * 32}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    return {
        "STAMPBOOK_NATS_URL": "nats://127.0.0.1:4222",
        "STAMPBOOK_NATS_SEED_FILE": str(tmp_path / "seed"),
        "STAMPBOOK_NATS_SERVER_NAME": "stampbook-1",
        "STAMPBOOK_HEALTH_ADDRESS": "127.0.0.1:9000",
        "STAMPBOOK_PUBLIC_URL": "http://localhost:8080",
        "STAMPBOOK_EMBEDDED": "1",
        "STAMPBOOK_GATEWAY_FD": "7",
        "STAMPBOOK_COMMAND_SECRET_FILE": str(tmp_path / "secret"),
        "STAMPBOOK_SETUP_TOKEN_HASH": "cd" * 32,
    }


def test_everything_is_read(environ: dict[str, str]) -> None:
    settings = Settings.from_environ(environ)
    assert (settings.fd, settings.address) == (7, None)
    assert settings.command_secret == b"\xab" * 32
    assert settings.setup_token_hash == "cd" * 32
    assert settings.messaging.database_url == ""


def test_all_that_is_missing_is_said_at_once() -> None:
    with pytest.raises(Misconfigured) as wrong:
        Settings.from_environ({})
    named = " ".join(wrong.value.problems)
    for name in ("NATS_URL", "NATS_SEED_FILE", "COMMAND_SECRET_FILE", "SETUP_TOKEN_HASH", "GATEWAY_FD", "PUBLIC_URL"):
        assert f"STAMPBOOK_{name}" in named


def test_it_listens_in_one_place(environ: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match="GATEWAY_FD or"):
        Settings.from_environ({**environ, "STAMPBOOK_GATEWAY_ADDRESS": "127.0.0.1:80"})


def test_a_secret_of_another_size_is_refused(environ: dict[str, str]) -> None:
    Path(environ["STAMPBOOK_COMMAND_SECRET_FILE"]).write_text("abcd")
    with pytest.raises(Misconfigured, match="COMMAND_SECRET_FILE"):
        Settings.from_environ(environ)


def test_limits_are_loose_only_where_one_machine_asks_itself(environ: dict[str, str]) -> None:
    del environ["STAMPBOOK_EMBEDDED"]
    outside = {
        **environ,
        "STAMPBOOK_NATS_URL": "tls://nats.stampbook.lu:4222",
        "STAMPBOOK_PUBLIC_URL": "https://stampbook.lu",
    }
    assert Settings.from_environ(outside).limits.joins_per_minute == 20
    assert Settings.from_environ({**outside, "STAMPBOOK_LIMIT_JOINS_PER_MINUTE": "5"}).limits.joins_per_minute == 5
