"""One version of the published marts: a folder with sorted Parquet, one DuckDB file and a manifest."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import duckdb

from orchestration.errors import CriticalCheckFailed
from orchestration.publish.comments import comments_of, write_comments
from orchestration.publish.files import make_durable, new_path, sha256_of
from orchestration.publish.state import identifier, literal

MANIFEST = "manifest.json"
DATABASE = "kuota.duckdb"
PUBLICATION = "publication"
# fixed, because other sizes or codecs give other bytes for the same rows
ROWS_IN_GROUP = 122_880
COMPRESSION: Literal["zstd"] = "zstd"


@dataclass(frozen=True)
class Draft:
    """A version in its hidden folder, complete except for the manifest."""

    folder: Path
    publish_id: str
    as_of_at: datetime
    as_of_date: date
    contract_version: str
    tables: dict[str, dict[str, Any]]
    """By name: schema, rows, parquet_sha256, and content, which is equal where the rows are, in whatever order."""


def published_tables(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Schema and name of the base tables in the warehouse's schemas `marts` and `quality`, in alphabetical order."""
    return connection.execute("""
        select table_schema, table_name from information_schema.tables
        where table_catalog = current_database() and table_schema in ('marts', 'quality') and table_type = 'BASE TABLE'
        order by table_schema, table_name
    """).fetchall()


def write_draft(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    tables: Iterable[tuple[str, str]],
    earlier: Path | None = None,
    grains: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> Draft:
    """Write the `tables`, schema and name, into the empty `folder` and name the version by their content.

    The same rows give the same bytes of Parquet in whatever order they were built, and the same publish_id. A table
    that has the rows of the version in the folder `earlier` shares its Parquet file, as a hard link. `grains` has the
    columns, by "schema.table", that no two rows share. Raises CriticalCheckFailed unless marts.publication has exactly
    one row, with an as_of_date.
    """
    tables = list(tables)
    if ("marts", PUBLICATION) not in tables:
        raise CriticalCheckFailed("marts.publication was never built: run `kuota run`.")
    as_of_at, as_of_date, contract_version = _publication(connection)
    described: dict[str, dict[str, Any]] = {}
    manifest = read_manifest(earlier / MANIFEST) if earlier else None
    connection.execute(f"attach {literal(str(folder / DATABASE))} as publish_draft")
    connection.execute("create schema publish_draft.marts")
    connection.execute("create schema publish_draft.quality")
    for schema, table in tables:
        name = f"{identifier(schema)}.{identifier(table)}"
        described[table] = {"schema": schema} | _content(connection, name)
        known = manifest["tables"].get(table, {}) if manifest else {}
        if earlier and _shares_parquet(earlier, folder, table, known, described[table]):
            described[table]["parquet_sha256"] = known["parquet_sha256"]
            # its rows are sorted already
            parquet = literal(str(folder / f"{table}.parquet"))
            connection.execute(f"create table publish_draft.{name} as from {name} limit 0")
            connection.execute(f"insert into publish_draft.{name} from read_parquet({parquet})")
        else:
            order = _order(connection, name, grains.get(f"{schema}.{table}", ()))
            connection.execute(f"create table publish_draft.{name} as select * from {name} order by {order}")  # noqa: S608
            described[table]["parquet_sha256"] = _write_parquet(connection, folder, schema, table)
        draft = f"publish_draft.{identifier(schema)}.{identifier(table)}"
        write_comments(connection, draft, comments_of(connection, schema, table))
    publish_id = f"{as_of_date.isoformat()}-{_digest(described, contract_version)}"
    connection.execute("update publish_draft.marts.publication set publish_id = ?", [publish_id])
    described[PUBLICATION]["parquet_sha256"] = _write_parquet(connection, folder, "marts", PUBLICATION)
    connection.execute("checkpoint publish_draft")
    connection.execute("detach publish_draft")
    return Draft(folder, publish_id, as_of_at, as_of_date, contract_version, described)


def _order(connection: duckdb.DuckDBPyConnection, name: str, grain: Sequence[str]) -> str:
    """`order by` what gives the order by all columns: they follow from the first ones, up to the last of the grain."""
    columns = [column for column, *_ in connection.execute(f"describe {name}").fetchall()]
    if not grain or not set(grain) <= set(columns):
        return "all"
    return ", ".join(identifier(column) for column in columns[: max(map(columns.index, grain)) + 1])


def _publication(connection: duckdb.DuckDBPyConnection) -> tuple[datetime, date, str]:
    query = "select as_of_at::timestamp, as_of_date, contract_version from marts.publication"
    found = connection.execute(query).fetchall()
    if len(found) != 1 or found[0][1] is None:
        shown = f"{len(found)} rows" if len(found) != 1 else "a row without as_of_date"
        raise CriticalCheckFailed(
            f"marts.publication has {shown} and must have exactly one, with an as_of_date: "
            "deliver at least one extract of a CRM to the landing folder, then run `kuota run`."
        )
    as_of_at, as_of_date, contract_version = found[0]
    return as_of_at, as_of_date, str(contract_version)


def _content(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, Any]:
    """The count of a table's rows, and a digest of its columns and rows that does not depend on their order."""
    described = connection.execute(f"describe {name}").fetchall()
    hashed = connection.execute(
        "select count(*), sum(hash(each)), bit_xor(hash(each, 'second')), version() "  # noqa: S608
        f"from {name} as each"
    ).fetchone()
    assert hashed is not None
    digest = hashlib.sha256(repr((described, hashed, ROWS_IN_GROUP, COMPRESSION)).encode()).hexdigest()
    return {"rows": hashed[0], "content": digest}


def _shares_parquet(
    earlier: Path, folder: Path, table: str, known: Mapping[str, Any], described: Mapping[str, Any]
) -> bool:
    """Link the table's Parquet file from the version `earlier`; False if its rows are others or it cannot be linked."""
    path = earlier / f"{table}.parquet"
    # the file of the publication names its version
    is_same = table != PUBLICATION and known.get("content") == described["content"]
    if not (is_same and path.is_file() and sha256_of(path) == known["parquet_sha256"]):
        return False
    try:
        os.link(path, folder / path.name)
    except OSError:
        # not every file system has hard links
        return False
    return True


def _write_parquet(connection: duckdb.DuckDBPyConnection, folder: Path, schema: str, table: str) -> str:
    path = folder / f"{table}.parquet"
    connection.table(f"publish_draft.{identifier(schema)}.{identifier(table)}").write_parquet(
        str(path), compression=COMPRESSION, row_group_size=ROWS_IN_GROUP, overwrite=True
    )
    return sha256_of(path)


def _digest(tables: dict[str, dict[str, Any]], contract_version: str) -> str:
    content = {
        "contract_version": contract_version,
        "tables": {name: t["parquet_sha256"] for name, t in tables.items()},
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:12]


def read_manifest(path: Path) -> dict[str, Any] | None:
    """The manifest, or None if it is missing or cannot be read: such a version counts as missing."""
    if not path.is_file():
        return None
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None
    return manifest if isinstance(manifest, dict) and "publish_id" in manifest else None


def is_whole(folder: Path) -> bool:
    """Whether every file that the version's manifest names is there with the bytes it was written with."""
    manifest = read_manifest(folder / MANIFEST)
    if manifest is None:
        return False
    expected = {f"{table}.parquet": entry["parquet_sha256"] for table, entry in manifest["tables"].items()}
    # a version of an earlier release has another file
    expected[DATABASE] = manifest.get("database_sha256", "")
    return all((folder / name).is_file() and sha256_of(folder / name) == digest for name, digest in expected.items())


def keep_version(draft_folder: Path, version: Path, manifest: dict[str, Any]) -> None:
    """Write the manifest into the draft and rename its folder to `version`, in place of a damaged one."""
    (draft_folder / MANIFEST).write_text(manifest_text(manifest), encoding="utf-8")
    for path in draft_folder.iterdir():
        path.chmod(0o600)
        make_durable(path)
    make_durable(draft_folder)
    if version.exists():
        damaged = new_path(version.parent, "damaged")
        version.replace(damaged)
        shutil.rmtree(damaged)
    draft_folder.replace(version)
    make_durable(version.parent)


def manifest_text(manifest: dict[str, Any]) -> str:
    """The manifest as it is written: indented JSON that ends with a line end."""
    return json.dumps(manifest, indent=2) + "\n"
