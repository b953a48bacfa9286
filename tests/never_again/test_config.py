"""default-broker and placeholder-config: no service starts on a guess."""

import os
import subprocess
import sys

import pytest

MODULES = ("enrollment", "ledger", "notifier", "wallet_sync", "gateway")


def started(module: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("STAMPBOOK_")}
    return subprocess.run(
        [sys.executable, "-m", module],
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("module", MODULES)
def test_a_service_without_settings_names_every_one_it_lacks(module: str) -> None:
    ended = started(module)
    assert ended.returncode != 0
    for name in (
        "STAMPBOOK_NATS_URL",
        "STAMPBOOK_NATS_SEED_FILE",
        "STAMPBOOK_NATS_SERVER_NAME",
        "STAMPBOOK_PUBLIC_URL",
    ):
        assert f"{name} is missing" in ended.stderr


@pytest.mark.parametrize("module", MODULES)
def test_a_broker_on_this_machine_is_no_default(module: str) -> None:
    ended = started(module, STAMPBOOK_NATS_URL="nats://localhost:4222")
    assert ended.returncode != 0
    assert "STAMPBOOK_NATS_URL names this machine itself" in ended.stderr


def test_a_placeholder_is_as_good_as_nothing() -> None:
    ended = started(
        "notifier",
        STAMPBOOK_SMTP_HOST="smtp.example.com",
        STAMPBOOK_SMTP_FROM_ADDRESS="hello@your-domain.com",
        STAMPBOOK_NATS_SERVER_NAME="changeme",
    )
    assert ended.returncode != 0
    for name in ("STAMPBOOK_SMTP_HOST", "STAMPBOOK_SMTP_FROM_ADDRESS", "STAMPBOOK_NATS_SERVER_NAME"):
        assert f"{name} is still a placeholder" in ended.stderr
