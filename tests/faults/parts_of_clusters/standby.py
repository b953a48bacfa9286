"""A synchronous standby of the embedded PostgreSQL: what the primary has confirmed, it has too."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from stampbook_cli.embedded.ports import LOOPBACK, free_port
from stampbook_cli.embedded.postgres import SUPERUSER, PostgresServer, postgres_binaries
from stampbook_cli.embedded.process import spawn, tail
from stampbook_cli.embedded.unprivileged import files_belong_to, give_to


def follow(primary: PostgresServer, folder: Path) -> PostgresServer:
    """Copy the running *primary* to *folder*, let the copy follow it, and every commit wait for it. Main thread only."""
    folder.mkdir(mode=0o711)
    shutil.copy(primary.directory / "passwords.json", folder)
    standby = PostgresServer(folder, port=free_port())
    _copy(primary, standby)
    standby.launch()
    standby.wait_ready()
    primary.run_sql("ALTER SYSTEM SET synchronous_standby_names = '*'")
    primary.run_sql("SELECT pg_reload_conf()")
    return standby


def _copy(primary: PostgresServer, standby: PostgresServer) -> None:
    standby.data.mkdir(mode=0o700, parents=True)
    give_to(standby.data, files_belong_to(standby.run_as))
    command = [str(postgres_binaries() / "pg_basebackup"), "-h", LOOPBACK, "-p", str(primary.port), "-U", SUPERUSER]
    command += ["-D", str(standby.data), "--write-recovery-conf", "--checkpoint=fast", "--wal-method=stream"]
    password = primary.dsn().split("@")[0].rsplit(":", 1)[1]
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "PGPASSWORD": password}
    copying = spawn(command, log=standby.log, environment=environment, run_as=standby.run_as)
    assert copying.wait(60) == 0, tail(standby.log)


def is_synchronous(primary: PostgresServer) -> bool:
    return primary.run_sql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == "1"


def promote(standby: PostgresServer) -> None:
    assert standby.run_sql("SELECT pg_promote(wait => true, wait_seconds => 30)") == "t", tail(standby.log)
