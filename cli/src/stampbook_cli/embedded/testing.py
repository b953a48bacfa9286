"""One real PostgreSQL and one real nats-server for a test run. Imported by tests only."""

from dataclasses import dataclass
from pathlib import Path

from stampbook_cli.embedded.nats import NatsServer
from stampbook_cli.embedded.ports import choose_ports
from stampbook_cli.embedded.postgres import SUPERUSER, PostgresServer


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Both servers, each of which can be killed and started again by itself."""

    postgres: PostgresServer
    nats: NatsServer

    @property
    def nats_url(self) -> str:
        return self.nats.url

    @property
    def nats_server_name(self) -> str:
        return self.nats.server_name

    def seed(self, identity: str) -> str:
        return self.nats.seed(identity)

    def seed_file(self, identity: str) -> Path:
        return self.nats.seed_file(identity)

    def dsn(self, role: str = SUPERUSER) -> str:
        return self.postgres.dsn(role)

    def stop(self) -> None:
        self.nats.stop()
        self.postgres.stop()


def start_servers(directory: Path, *, durable: bool = True) -> Servers:
    """Start both on free ports in an empty directory; call it from the main thread.

    Without *durable* nothing is forced to disk: for tests that are not about crashes.
    """
    ports = choose_ports(("postgres", "nats", "monitoring"), {})
    postgres = PostgresServer(directory / "postgres", port=ports["postgres"], durable=durable)
    nats = NatsServer(directory / "nats", port=ports["nats"], monitoring_port=ports["monitoring"], durable=durable)
    try:
        nats.launch()
        postgres.start()
        nats.wait_ready()
    except BaseException:
        nats.stop()
        postgres.stop()
        raise
    return Servers(postgres=postgres, nats=nats)
