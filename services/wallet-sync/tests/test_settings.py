"""Settings are complete or refused, all problems at once; where Google's own addresses hold, nothing need be said."""

from pathlib import Path

import pytest

from stampbook_messaging.settings import Misconfigured
from wallet_sync.settings import Settings


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    secret = tmp_path / "secret"
    secret.write_text("sesame")
    secret.chmod(0o600)
    return {
        "STAMPBOOK_NATS_URL": "tls://bus.stampbook.lu:4222",
        "STAMPBOOK_NATS_SEED_FILE": str(secret),
        "STAMPBOOK_NATS_SERVER_NAME": "stampbook-1",
        "STAMPBOOK_DATABASE_URL": "postgresql://wallet:x@db.stampbook.lu:5432/stampbook",
        "STAMPBOOK_HEALTH_ADDRESS": "127.0.0.1:9000",
        "STAMPBOOK_PUBLIC_URL": "https://stampbook.lu",
        "STAMPBOOK_WALLET_CREDENTIALS_FILE": str(secret),
        "STAMPBOOK_WALLET_ISSUER_ID": "3388000000012345678",
        "STAMPBOOK_WALLET_ACCESS": "production",
    }


def problems_of(environ: dict[str, str]) -> list[str]:
    with pytest.raises(Misconfigured) as refusal:
        Settings.from_environ(environ)
    return refusal.value.problems


def test_without_a_word_the_wallet_is_googles(environ: dict[str, str]) -> None:
    settings = Settings.from_environ(environ)
    assert settings.api_url == "https://walletobjects.googleapis.com/walletobjects/v1"
    assert settings.save_url == "https://pay.google.com/gp/v/save/"
    assert settings.keys_url == "https://pay.google.com/gp/m/issuer/keys"
    assert settings.calls_per_second == 20


def test_another_wallet_is_named_without_its_path(environ: dict[str, str]) -> None:
    environ |= {
        "STAMPBOOK_EMBEDDED": "1",
        "STAMPBOOK_WALLET_API_URL": "http://127.0.0.1:9100",
        "STAMPBOOK_WALLET_SAVE_URL": "http://127.0.0.1:9100/gp/v/save/",
        "STAMPBOOK_WALLET_KEYS_URL": "http://127.0.0.1:9100/gp/m/issuer/keys",
    }
    settings = Settings.from_environ(environ)
    assert settings.api_url == "http://127.0.0.1:9100/walletobjects/v1"
    assert settings.save_url == "http://127.0.0.1:9100/gp/v/save/"
    assert settings.keys_url == "http://127.0.0.1:9100/gp/m/issuer/keys"


def test_everything_missing_is_named_at_once(environ: dict[str, str]) -> None:
    for name in ("CREDENTIALS_FILE", "ISSUER_ID", "ACCESS"):
        del environ[f"STAMPBOOK_WALLET_{name}"]
    assert problems_of(environ) == [
        "STAMPBOOK_WALLET_ACCESS is missing",
        "STAMPBOOK_WALLET_CREDENTIALS_FILE is missing",
        "STAMPBOOK_WALLET_ISSUER_ID is missing",
    ]


@pytest.mark.parametrize(
    ("name", "value", "what"),
    [
        ("ISSUER_ID", "BCR2DN4T", "is no issuer id"),
        ("ISSUER_ID", "changeme", "is still a placeholder"),
        ("ACCESS", "testing", "is none of demo, production"),
        ("CALLS_PER_SECOND", "0", "is no number from 1 to 1000"),
        ("API_URL", "https://wallet.lu/walletobjects/v1", "goes without a path"),
        ("API_URL", "wallet.lu", "is not an address"),
        ("API_URL", "http://wallet.lu", "sends in clear"),
        ("SAVE_URL", "http://wallet.lu/save", "sends in clear"),
        ("API_URL", "https://localhost:9100", "names this machine itself"),
        ("CREDENTIALS_FILE", "/nowhere/account.json", "names no file that can be read"),
    ],
)
def test_what_cannot_hold_is_refused(environ: dict[str, str], name: str, value: str, what: str) -> None:
    (problem,) = problems_of(environ | {f"STAMPBOOK_WALLET_{name}": value})
    assert problem.startswith(f"STAMPBOOK_WALLET_{name} {what}")


def test_credentials_that_everybody_can_read_are_refused(environ: dict[str, str]) -> None:
    Path(environ["STAMPBOOK_WALLET_CREDENTIALS_FILE"]).chmod(0o644)
    assert any("everybody on this machine" in problem for problem in problems_of(environ))
