"""The one directory in which an embedded Stampbook keeps everything, and the lock that makes it the only one there."""

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from stampbook_cli.embedded.conditions import AlreadyRunning, NotOurDirectory, NotRunning
from stampbook_cli.embedded.files import write_whole

PROJECT = Path(__file__).resolve().parents[4]
_MARK = "stampbook-data"
_MARK_TEXT = "Stampbook's embedded mode keeps its data here. `stampbook reset` empties this directory.\n"
_PATIENCE_SECONDS = 1.0  # somebody who only looks whether it runs holds the lock for an instant


@dataclass(frozen=True, slots=True)
class DataDirectory:
    path: Path

    @classmethod
    def locate(cls, environ: Mapping[str, str]) -> "DataDirectory":
        return cls(Path(environ.get("STAMPBOOK_DATA") or PROJECT / ".stampbook").expanduser().absolute())

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def nats(self) -> Path:
        return self.path / "nats"

    @property
    def inbox(self) -> Path:
        return self.path / "inbox"

    @property
    def wallet_emulator(self) -> Path:
        return self.path / "wallet-emulator"

    @property
    def credentials(self) -> Path:
        return self.path / "credentials"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def traces(self) -> Path:
        return self.path / "traces"

    @property
    def seals(self) -> Path:
        """Where each service appends its daily seals; a copy elsewhere is out of reach of whoever owns this machine."""
        return self.path / "seals"

    @property
    def settings_file(self) -> Path:
        return self.path / "settings.json"

    @property
    def status_file(self) -> Path:
        return self.path / "status.json"

    @property
    def processes_file(self) -> Path:
        return self.path / "processes.json"

    @property
    def order_file(self) -> Path:
        """What the launcher is asked to do; it takes the file away and answers in ``outcome_file``."""
        return self.path / "order.json"

    @property
    def outcome_file(self) -> Path:
        return self.path / "outcome.json"

    @property
    def _lock_file(self) -> Path:
        return self.path / "lock"

    def is_ours(self) -> bool:
        return (self.path / _MARK).is_file()

    def make(self) -> None:
        if not self.is_ours():
            if self.path.exists() and any(self.path.iterdir()):
                raise NotOurDirectory(f"{self.path} is not empty and was not made by Stampbook: choose another folder")
            # The database server runs as another user when we are root: it must be able to pass through.
            self.path.mkdir(parents=True, exist_ok=True)
            self.path.chmod(0o711 if os.geteuid() == 0 else 0o700)
            write_whole(self.path / _MARK, _MARK_TEXT)
        if not os.access(self.path, os.W_OK):
            raise NotOurDirectory(f"{self.path} belongs to another user: continue as that user, or set STAMPBOOK_DATA")
        folders = (self.nats, self.inbox, self.wallet_emulator, self.credentials, self.logs, self.traces, self.seals)
        for folder in folders:
            folder.mkdir(mode=0o700, exist_ok=True)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the directory; the kernel lets go of it when this process ends, however it ends."""
        self.make()
        descriptor = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            self._take(descriptor)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            yield
        finally:
            os.close(descriptor)

    def owner(self) -> int | None:
        """The process that holds the directory, if any."""
        try:
            descriptor = os.open(self._lock_file, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(os.pread(descriptor, 20, 0).strip() or 0)
        else:
            return None
        finally:
            os.close(descriptor)

    def running_owner(self) -> int:
        owner = self.owner()
        if owner is None:
            raise NotRunning(f"Stampbook is not running on {self.path}; ./stampbook up starts it")
        return owner

    def refuse_emptying(self) -> None:
        """Say why the directory must not be emptied, if it must not."""
        if not self.is_ours():
            raise NotOurDirectory(f"{self.path} was not made by Stampbook's embedded mode: nothing is deleted there")
        if (owner := self.owner()) is not None:
            raise AlreadyRunning(f"Stampbook is running here (process {owner}); ./stampbook down stops it first")

    def empty(self, *, with_settings: bool) -> list[str]:
        """Delete the data of a stopped Stampbook and name what went; keys and settings stay unless asked for."""
        self.refuse_emptying()
        gone = [self.postgres, self.nats, self.inbox, self.wallet_emulator, self.logs, self.traces, self.seals]
        gone += [self.status_file, self.processes_file, self.order_file, self.outcome_file]
        if with_settings:
            gone += [self.credentials, self.settings_file]
        deleted = [item.name for item in gone if item.exists()]
        with self.locked():
            for item in gone:
                if item.is_dir():
                    shutil.rmtree(item)
                else:
                    item.unlink(missing_ok=True)
        return deleted

    def _take(self, descriptor: int) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() > deadline:
                    owner = os.pread(descriptor, 20, 0).decode().strip()
                    raise AlreadyRunning(
                        f"Stampbook is already running on {self.path} (process {owner}): ./stampbook status shows it, "
                        "./stampbook down stops it, and STAMPBOOK_DATA=/another/folder starts a second one."
                    ) from None
                time.sleep(0.05)
            else:
                return
