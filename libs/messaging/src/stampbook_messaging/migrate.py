"""Bringing a service's schema to the version its code expects; a job of its own, never a side effect of a start.

``python -m stampbook_messaging.migrate <package>`` upgrades the database that STAMPBOOK_DATABASE_URL names;
``… revision <package> "<message>"`` writes the next migration, by comparing the tables' description with a scratch
database that this variable names.
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg

from stampbook_events.subjects import PARTITIONS
from stampbook_messaging.logging import configure_logging, get_logger
from stampbook_messaging.settings import Misconfigured, Variable, read_variables, url

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory
    from sqlalchemy import Connection, MetaData

log = get_logger(__name__)

_TEMPLATES = Path(__file__).parent / "migrations"
_REVISION = re.compile(r"^(down_revision|revision)\b[^=]*=\s*(?:['\"](\w+)['\"]|None)", re.MULTILINE)
_CONNECT_SECONDS = 10.0

NOW_FUNCTION = """
CREATE OR REPLACE FUNCTION {schema}.stampbook_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('stampbook.now', true), '')::timestamptz, {clock}) $$
"""


class SchemaMismatch(RuntimeError):
    """The database is at another version than this code: it must not start."""


class MigrationsBroken(RuntimeError):
    """The package's migrations are no single line from a first to a last one."""


def versions_folder(package: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise MigrationsBroken(f"there is no package {package}")
    return Path(found.submodule_search_locations[0]) / "migrations" / "versions"


def head_of(package: str) -> str:
    """The newest revision of *package*, read from its files without importing them, or Alembic."""
    revisions: set[str] = set()
    replaced: set[str] = set()
    for path in sorted(versions_folder(package).glob("[0-9]*.py")):
        found = dict(_REVISION.findall(path.read_text()))
        revisions.add(found.get("revision", ""))
        replaced.add(found.get("down_revision", ""))
    heads = revisions - replaced
    if len(heads) != 1 or "" in heads:
        raise MigrationsBroken(f"{package} has the heads {sorted(heads)} instead of one")
    return heads.pop()


async def version_in(db: Any) -> str | None:
    """The version of the schema that *db* (a connection or pool) sees; None when there is nothing yet."""
    try:
        version: str | None = await db.fetchval("SELECT version_num FROM alembic_version")
    except asyncpg.UndefinedTableError:
        return None
    return version


async def must_be_current(db: Any, package: str) -> None:
    """Raises ``SchemaMismatch`` unless the database is exactly at the version of *package*."""
    wanted, found = head_of(package), await version_in(db)
    if found != wanted:
        raise SchemaMismatch(f"{package} needs schema version {wanted}, the database is at {found or 'none'}")


def create_now(op: Any, schema: str) -> None:
    """The one clock of SQL; a simulation sets ``stampbook.now`` in its session and gets that time instead.

    It is STABLE so that it may bound an index scan: one time a statement.
    """
    op.execute(NOW_FUNCTION.format(schema=schema, clock="statement_timestamp()"))  # the inside of stampbook_now()


def first_rows(op: Any, schema: str) -> None:
    """What a log needs before its first command: the clock, the partitions' rows and the relay's."""
    create_now(op, schema)
    last = PARTITIONS - 1
    op.execute(
        f"INSERT INTO {schema}.partition (id, epoch, cmd_seq, pos, head)"
        f" SELECT n, 0, 0, 0, decode(repeat('00', 32), 'hex') FROM generate_series(0, {last}) AS n"
    )
    op.execute(f"INSERT INTO {schema}.relay (id, epoch) VALUES (1, 0)")
    op.execute(
        f"INSERT INTO {schema}.relayed (partition, pos, stream_seq) SELECT n, 0, 0 FROM generate_series(0, {last}) AS n"
    )


async def upgrade(package: str, database_url: str) -> str:
    """Bring the database to the head of *package*; returns it. Alembic is imported only if there is something to do."""
    head = head_of(package)
    connection = await asyncpg.connect(database_url, timeout=_CONNECT_SECONDS)
    try:
        found = await version_in(connection)
    finally:
        await connection.close()
    if found != head:
        await _with_connection(database_url, lambda connection: _upgrade(connection, package))
        log.info("schema.upgraded", package=package, before=found, now=head)
    return head


async def drift(package: str, database_url: str) -> list[str]:
    """What differs between the migrated database and the description of the tables, in words; nothing should."""
    found: list[str] = []

    def compare(connection: Connection) -> None:
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext

        metadata = metadata_of(package)
        _see_no_schema(connection)
        options = {**_options(metadata), "target_metadata": metadata}
        found.extend(map(str, compare_metadata(MigrationContext.configure(connection, opts=options), metadata)))

    await _with_connection(database_url, compare)
    return found


async def write_revision(package: str, message: str, database_url: str) -> Path:
    """Write the next migration of *package* from the difference to the (scratch) database, which is upgraded first."""
    number = f"{len(list(versions_folder(package).glob('[0-9]*.py'))) + 1:04d}"
    if number != "0001":
        await upgrade(package, database_url)
    written: list[Path] = []
    await _with_connection(
        database_url, lambda connection: written.append(_write_revision(connection, package, number, message))
    )
    return written[0]


def metadata_of(package: str) -> MetaData:
    metadata: MetaData = importlib.import_module(f"{package}.store.tables").metadata
    return metadata


async def _with_connection(database_url: str, work: Callable[[Connection], None]) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    address = re.sub(r"^postgres(ql)?://", "postgresql+asyncpg://", database_url)
    engine = create_async_engine(address, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(work)
    finally:
        await engine.dispose()


def _script(package: str) -> tuple[Config, ScriptDirectory]:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    folder = versions_folder(package)
    return Config(), ScriptDirectory(str(_TEMPLATES), file_template="%(rev)s_%(slug)s", version_locations=[str(folder)])


def _options(metadata: MetaData) -> dict[str, Any]:
    schema = metadata.schema
    return {
        "version_table_schema": schema,
        "include_schemas": True,
        "include_name": lambda name, kind, _: kind != "schema" or name == schema,
    }


def _see_no_schema(connection: Connection) -> None:
    """Comparing needs every table under its full name, so none may be the default one."""
    connection.exec_driver_sql("SET LOCAL search_path TO pg_catalog")
    connection.dialect.default_schema_name = "pg_catalog"


def _upgrade(connection: Connection, package: str) -> None:
    from alembic.runtime.environment import EnvironmentContext

    metadata = metadata_of(package)
    schema = metadata.schema
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock(hashtext('stampbook migrations of {schema}'))")
    connection.exec_driver_sql(f"SET LOCAL search_path TO {schema}")
    config, script = _script(package)
    with EnvironmentContext(
        config,
        script,
        fn=lambda revision, _: script._upgrade_revs("head", revision),  # noqa: SLF001  as Alembic's own
    ) as environment:
        environment.configure(connection=connection, target_metadata=metadata, **_options(metadata))
        environment.run_migrations()


def _write_revision(connection: Connection, package: str, number: str, message: str) -> Path:
    from alembic.autogenerate import RevisionContext
    from alembic.runtime.environment import EnvironmentContext

    metadata = metadata_of(package)
    config, script = _script(package)
    arguments: dict[str, Any] = dict.fromkeys(("branch_label", "version_path", "depends_on"))
    arguments |= {"message": message, "autogenerate": True, "sql": False, "head": "head", "splice": False}
    revisions = RevisionContext(config, script, {**arguments, "rev_id": number})

    def compare(revision: Any, context: Any) -> list[Any]:
        revisions.run_autogenerate(revision, context)
        return []

    _see_no_schema(connection)
    with EnvironmentContext(
        config, script, fn=compare, template_args=revisions.template_args, revision_context=revisions
    ) as environment:
        environment.configure(connection=connection, target_metadata=metadata, **_options(metadata))
        environment.run_migrations()
    written = [one for one in revisions.generate_scripts() if one is not None]
    return Path(written[0].path)


def main(arguments: list[str]) -> int:
    configure_logging("migrate", "migrate")
    variables = {"database_url": Variable("STAMPBOOK_DATABASE_URL", url("postgresql", "postgres"))}
    try:
        database_url = read_variables(os.environ, variables, embedded=True)["database_url"]
        match arguments:
            case ["revision", package, message]:
                log.info(
                    "schema.revision_written", file=str(asyncio.run(write_revision(package, message, database_url)))
                )
            case [package] if package != "revision":
                asyncio.run(upgrade(package, database_url))
            case _:
                print(__doc__, file=sys.stderr)  # noqa: T201
                return 2
    except (Misconfigured, MigrationsBroken) as problem:
        log.exception("schema.not_upgraded", reason=str(problem))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
