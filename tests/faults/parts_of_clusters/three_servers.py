"""Three nats-servers as one cluster, each of which can be killed and started again by itself."""

from __future__ import annotations

import dataclasses
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stampbook_cli.embedded.nats import NatsServer
from stampbook_cli.embedded.ports import LOOPBACK, choose_ports
from stampbook_cli.embedded.services import Parts, Service, Step
from stampbook_cli.embedded.stack import Declaration

CLUSTER = "stampbook-three"
REPLICAS = 3


class ClusteredServer(NatsServer):
    """One of the cluster: the embedded server, with routes to the others."""

    def __init__(self, directory: Path, *, port: int, monitoring_port: int, routes: tuple[int, ...]) -> None:
        super().__init__(directory, port=port, monitoring_port=monitoring_port)
        self._own_route, self._routes = routes[0], routes[1:]

    def _configuration(self) -> dict[str, Any]:
        routes = [f"nats://{LOOPBACK}:{port}" for port in self._routes]
        cluster = {"name": CLUSTER, "listen": f"{LOOPBACK}:{self._own_route}", "routes": routes}
        return {**super()._configuration(), "cluster": cluster}


@dataclass(frozen=True, slots=True)
class ThreeServers:
    servers: tuple[ClusteredServer, ...]

    @classmethod
    def make(cls, folder: Path, seeds: Path) -> ThreeServers:
        """Declare them on free ports, with the identities in *seeds*."""
        ports = choose_ports(tuple(f"{kind}-{n}" for kind in ("nats", "monitoring", "route") for n in range(3)), {})
        servers = []
        for n in range(3):
            shutil.copytree(seeds, folder / str(n) / "seeds")
            routes = tuple(ports[f"route-{(n + other) % 3}"] for other in range(3))
            place = {"port": ports[f"nats-{n}"], "monitoring_port": ports[f"monitoring-{n}"]}
            servers.append(ClusteredServer(folder / str(n), **place, routes=routes))
        return cls(tuple(servers))

    @property
    def url(self) -> str:
        return ",".join(server.url for server in self.servers)

    def start(self) -> None:
        """Main thread only. None is ready before two of them are there."""
        for server in self.servers:
            server.launch()
        for server in self.servers:
            server.wait_ready(patience_seconds=60)

    def stop(self) -> None:
        for server in self.servers:
            server.stop()

    def named(self, name: str) -> ClusteredServer:
        return next(server for server in self.servers if server.server_name == name)


class OnThreeServers(Declaration):
    """Services and streams on the cluster; the embedded server of the stack has nothing to do."""

    def __init__(self, cluster: ThreeServers) -> None:
        super().__init__()
        self._bus = {
            "STAMPBOOK_NATS_URL": cluster.url,
            "STAMPBOOK_NATS_SERVER_NAME": "",
            "STAMPBOOK_NATS_CLUSTER_NAME": CLUSTER,
            "STAMPBOOK_STREAM_REPLICAS": str(REPLICAS),
        }

    def services(self, parts: Parts) -> list[Service]:
        return [dataclasses.replace(one, environment=self._moved(one)) for one in super().services(parts)]

    def steps(self, parts: Parts) -> list[Step]:
        return [dataclasses.replace(one, environment=self._moved(one)) for one in super().steps(parts)]

    def _moved(self, one: Service | Step) -> dict[str, str]:
        return {**one.environment, **self._bus}
