"""Which processes make up an embedded Stampbook, and what each is told through its environment."""

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stampbook_cli.embedded.data_directory import DataDirectory
from stampbook_cli.embedded.nats import NatsServer
from stampbook_cli.embedded.outside import Outside
from stampbook_cli.embedded.ports import LOOPBACK
from stampbook_cli.embedded.postgres import PostgresServer
from stampbook_cli.embedded.process import python_command
from stampbook_cli.embedded.processes import Processes, process_names, service_of_process
from stampbook_cli.embedded.settings import Credentials

ISSUER_ID = "3388000000022160431"  # of the wallet emulator; Google's are numbers of this length
# What a process may see of the environment it was started in; everything else it is told on purpose.
INHERITED = (
    *("PATH", "HOME", "TMPDIR", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "NO_PROXY"),
    *("STAMPBOOK_LOG_LEVEL", "STAMPBOOK_FAILPOINTS"),
)
DOMAIN_SERVICES = {"enrollment": "enrollment", "ledger": "ledger", "notifier": "notifier", "wallet": "wallet_sync"}
ALL_SERVICES = (*DOMAIN_SERVICES, "gateway")
# Who ends first: nobody shall still be asked by those before it. The stand-ins outlive the mails under way.
END_ORDER = ("gateway", "wallet", "notifier", "ledger", "enrollment", "inbox", "wallet-emulator")
DRAIN_SECONDS = {"notifier": 135.0}
ONE: Processes = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One process: a module to run, its whole environment, and where it says that it is ready."""

    name: str
    module: str
    environment: Mapping[str, str] = field(repr=False)  # holds passwords
    health_port: int
    drain_seconds: float = 20.0
    pass_fds: tuple[int, ...] = ()

    @property
    def of(self) -> str:
        """The service that this is a process of."""
        return service_of_process(self.name)

    @property
    def command(self) -> list[str]:
        return python_command(self.module)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A process that has to succeed before the services start."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything a declaration of services may refer to."""

    directory: DataDirectory
    ports: Mapping[str, int]
    credentials: Credentials
    postgres: PostgresServer
    nats: NatsServer
    outside: Outside
    gateway_fd: int
    with_traces: bool = False

    @property
    def public_url(self) -> str:
        return f"http://localhost:{self.ports['gateway']}"


def inherited() -> dict[str, str]:
    return {name: os.environ[name] for name in INHERITED if name in os.environ}


def declare_stand_ins(parts: Parts) -> list[Service]:
    """The local inbox and the wallet emulator, each unless a real one was named."""
    stand_ins = []
    if parts.outside.mail_server is None:
        stand_ins.append(_inbox(parts))
    if parts.outside.wallet_account is None:
        stand_ins.append(_wallet_emulator(parts))
    return stand_ins


def declare_steps(parts: Parts, names: Iterable[str] = ALL_SERVICES) -> list[Step]:
    """Streams and tables, made by identities and processes of their own."""
    streams = Step(
        name="streams",
        command=tuple(python_command("stampbook_messaging.streams")),
        environment={**inherited(), **_bus(parts, "streams")},
    )
    migrations = [
        Step(
            name=f"{name}-migration",
            command=tuple(python_command("stampbook_messaging.migrate", DOMAIN_SERVICES[name])),
            environment={**inherited(), "STAMPBOOK_DATABASE_URL": parts.postgres.dsn(name)},
        )
        for name in names
        if name in DOMAIN_SERVICES
    ]
    return [streams, *migrations]


def declare_services(parts: Parts, names: Iterable[str] = ALL_SERVICES, processes: Processes = ONE) -> list[Service]:
    return [_service(parts, name, process) for name in names for process in process_names(name, processes)]


def _service(parts: Parts, name: str, process: str) -> Service:
    own = {"enrollment": _enrollment, "notifier": _notifier, "wallet": _wallet, "gateway": _gateway}
    health_port = parts.ports[f"{process}-health"]
    environment = {
        **inherited(),
        **_bus(parts, name),
        "STAMPBOOK_EMBEDDED": "1",
        "STAMPBOOK_PUBLIC_URL": parts.public_url,
        "STAMPBOOK_HEALTH_ADDRESS": f"{LOOPBACK}:{health_port}",
        **(own[name](parts) if name in own else {}),
    }
    if name in DOMAIN_SERVICES:
        environment["STAMPBOOK_DATABASE_URL"] = parts.postgres.dsn(name)
        environment["STAMPBOOK_SEALS_DIRECTORY"] = str(parts.directory.seals)
    if parts.with_traces:
        environment["STAMPBOOK_TRACES_FILE"] = str(parts.directory.traces / f"{process}.jsonl")
    return Service(
        name=process,
        module=DOMAIN_SERVICES.get(name, name),
        environment=environment,
        health_port=health_port,
        drain_seconds=DRAIN_SECONDS.get(name, 20.0),
        pass_fds=(parts.gateway_fd,) if name == "gateway" else (),
    )


def _bus(parts: Parts, identity: str) -> dict[str, str]:
    return {
        "STAMPBOOK_NATS_URL": parts.nats.url,
        "STAMPBOOK_NATS_SEED_FILE": str(parts.nats.seed_file(identity)),
        "STAMPBOOK_NATS_SERVER_NAME": parts.nats.server_name,
    }


def _enrollment(parts: Parts) -> dict[str, str]:
    return {
        "STAMPBOOK_KEYRING_FILE": str(parts.credentials.keyring_file),
        "STAMPBOOK_SETUP_TOKEN_HASH": parts.credentials.setup_token_hash,
    }


def _notifier(parts: Parts) -> dict[str, str]:
    keyring = {"STAMPBOOK_KEYRING_FILE": str(parts.credentials.keyring_file)}
    if parts.outside.mail_server is not None:
        return {**keyring, **parts.outside.mail_server.variables}
    return {
        **keyring,
        "STAMPBOOK_SMTP_HOST": LOOPBACK,
        "STAMPBOOK_SMTP_PORT": str(parts.ports["inbox-smtp"]),
        "STAMPBOOK_SMTP_MODE": "none",
        "STAMPBOOK_SMTP_FROM_ADDRESS": "stampbook@mail.localhost",
        "STAMPBOOK_SMTP_FROM_NAME": "Stampbook",
    }


def _wallet(parts: Parts) -> dict[str, str]:
    if parts.outside.wallet_account is not None:
        # Until Google has published the issuer, only its testers can save: mails then leave the wallet out.
        return {"STAMPBOOK_WALLET_ACCESS": "demo", **parts.outside.wallet_account.variables}
    emulator = f"http://{LOOPBACK}:{parts.ports['wallet-emulator']}"
    return {
        "STAMPBOOK_WALLET_ACCESS": "production",
        "STAMPBOOK_WALLET_CREDENTIALS_FILE": str(emulator_credentials(parts.directory)),
        "STAMPBOOK_WALLET_ISSUER_ID": ISSUER_ID,
        "STAMPBOOK_WALLET_API_URL": emulator,
        "STAMPBOOK_WALLET_SAVE_URL": f"{emulator}/gp/v/save/",
        "STAMPBOOK_WALLET_KEYS_URL": f"{emulator}/gp/m/issuer/keys",
    }


def _gateway(parts: Parts) -> dict[str, str]:
    return {
        "STAMPBOOK_GATEWAY_FD": str(parts.gateway_fd),
        "STAMPBOOK_COMMAND_SECRET_FILE": str(parts.credentials.command_secret_file),
        "STAMPBOOK_SETUP_TOKEN_HASH": parts.credentials.setup_token_hash,
    }


def _inbox(parts: Parts) -> Service:
    http_port = parts.ports["inbox-http"]
    environment = {
        **inherited(),
        "STAMPBOOK_INBOX_SMTP_ADDRESS": f"{LOOPBACK}:{parts.ports['inbox-smtp']}",
        "STAMPBOOK_INBOX_HTTP_ADDRESS": f"{LOOPBACK}:{http_port}",
        "STAMPBOOK_INBOX_DIRECTORY": str(parts.directory.inbox),
    }
    return Service(name="inbox", module="stampbook_cli.inbox", environment=environment, health_port=http_port)


def _wallet_emulator(parts: Parts) -> Service:
    port = parts.ports["wallet-emulator"]
    environment = {
        **inherited(),
        "STAMPBOOK_EMULATOR_ADDRESS": f"{LOOPBACK}:{port}",
        "STAMPBOOK_EMULATOR_DIRECTORY": str(parts.directory.wallet_emulator),
        "STAMPBOOK_EMULATOR_CREDENTIALS_FILE": str(emulator_credentials(parts.directory)),
        "STAMPBOOK_EMULATOR_ISSUER_ID": ISSUER_ID,
    }
    return Service(
        name="wallet-emulator", module="stampbook_cli.wallet_emulator", environment=environment, health_port=port
    )


def emulator_credentials(directory: DataDirectory) -> Path:
    return directory.wallet_emulator / "service-account.json"
