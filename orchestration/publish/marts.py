"""Publish the marts: through the gate, into a version named by its content, then in place of what readers open."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import ConfigurationError, CriticalCheckFailed
from orchestration.publish.code_version import code_version
from orchestration.publish.files import (
    link_in_place,
    make_private_folder,
    new_path,
    remove_leftovers,
    sha256_of,
    write_text_in_place,
)
from orchestration.publish.gate import CriticalCheck, unmet_conditions
from orchestration.publish.state import check_counts
from orchestration.publish.version import (
    DATABASE,
    MANIFEST,
    Draft,
    is_whole,
    keep_version,
    manifest_text,
    published_tables,
    read_manifest,
    write_draft,
)
from orchestration.warehouse import connect

VERSIONS = "versions"
# what BI tools opened before contract version 2; it goes with version 3
EARLIER_NAME = "marts.duckdb"


@dataclass(frozen=True)
class PublishReport:
    """What publish_marts did."""

    publish_id: str
    unchanged: bool
    """True: the same content was already published, and nothing was replaced."""
    tables: int
    rows: int
    """Of all tables."""
    path: Path
    """The kuota.duckdb to open."""
    as_of_date: date


def publish_marts(
    warehouse: Path,
    published: Path,
    *,
    run_id: str,
    models: Mapping[str, Sequence[str]],
    critical_checks: Sequence[CriticalCheck],
    versions_only: bool = False,
    keep: int = 10,
    progress: Callable[[str], None] = lambda line: None,
) -> PublishReport:
    """Publish the tables of the schemas `marts` and `quality` that `models` names; see `unmet_conditions` for the gate.

    `versions_only` leaves what readers open as it is and only writes published/versions/. The newest `keep` versions
    are kept. Raises CriticalCheckFailed with one line per reason; what was published before then stays, as it does in
    a crash at any moment. The caller holds the lock: see RUN_LOCK.
    """
    versions = published / VERSIONS
    make_private_folder(versions)
    remove_leftovers(versions)
    remove_leftovers(published)
    folder = new_path(versions, "draft")
    make_private_folder(folder)
    try:
        with connect(warehouse) as connection:
            unmet = unmet_conditions(connection, models, critical_checks)
            if unmet:
                raise CriticalCheckFailed("\n".join(unmet))
            tables = _tables_to_publish(connection, models, progress)
            # the gate has asked whether these checks have passed
            grains = {it.target: it.unique_columns for it in critical_checks if it.unique_columns}
            draft = write_draft(connection, folder, tables, _current_version(published), grains)
            manifest = _manifest(draft, run_id, check_counts(connection))
        return _put_in_place(published, draft, manifest, versions_only, keep)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _current_version(published: Path) -> Path | None:
    """The folder of the version that readers open, if there is one."""
    manifest = read_manifest(published / MANIFEST)
    return published / VERSIONS / manifest["publish_id"] if manifest else None


def _tables_to_publish(
    connection: duckdb.DuckDBPyConnection, models: Mapping[str, Sequence[str]], progress: Callable[[str], None]
) -> list[tuple[str, str]]:
    tables = published_tables(connection)
    # a table of a renamed or removed model was not built again, and no check covers it
    for schema, table in tables:
        if schema == "marts" and f"marts.{table}" not in models:
            progress(f"marts.{table} no longer belongs to a model: not published")
    return [(schema, table) for schema, table in tables if f"{schema}.{table}" in models]


def _manifest(draft: Draft, run_id: str, checks: dict[str, int]) -> dict[str, Any]:
    return {
        "publish_id": draft.publish_id,
        "run_id": run_id,
        "published_at": datetime.now(UTC).isoformat(timespec="microseconds"),
        "as_of_at": draft.as_of_at.replace(tzinfo=UTC).isoformat() if draft.as_of_at else None,
        "as_of_date": draft.as_of_date.isoformat(),
        "contract_version": draft.contract_version,
        "code_version": code_version(),
        "tables": draft.tables,
        "checks": checks,
        "database_sha256": sha256_of(draft.folder / DATABASE),
    }


def _put_in_place(
    published: Path, draft: Draft, manifest: dict[str, Any], versions_only: bool, keep: int
) -> PublishReport:
    version = published / VERSIONS / draft.publish_id
    was_there = is_whole(version)
    unchanged = was_there and (versions_only or _is_current(published, draft.publish_id))
    if not was_there:
        keep_version(draft.folder, version, manifest)
    elif not unchanged:
        manifest = manifest | {"database_sha256": sha256_of(version / DATABASE)}
        write_text_in_place(version / MANIFEST, manifest_text(manifest))
    if not versions_only:
        if not unchanged:
            _replace_what_readers_open(published, version, manifest)
        remove_old_versions(published, keep)
    return PublishReport(
        publish_id=draft.publish_id,
        unchanged=unchanged,
        tables=len(draft.tables),
        rows=sum(table["rows"] for table in draft.tables.values()),
        path=(version if versions_only else published) / DATABASE,
        as_of_date=draft.as_of_date,
    )


def _is_current(published: Path, publish_id: str) -> bool:
    manifest = read_manifest(published / MANIFEST)
    database = published / DATABASE
    return (
        manifest is not None
        and manifest["publish_id"] == publish_id
        and database.is_file()
        and not database.with_name(f"{DATABASE}.wal").exists()
        and sha256_of(database) == manifest.get("database_sha256")
    )


def _replace_what_readers_open(published: Path, version: Path, manifest: dict[str, Any]) -> None:
    for name in (DATABASE, EARLIER_NAME):
        link_in_place(version / DATABASE, published / name)
    write_text_in_place(published / MANIFEST, manifest_text(manifest))


def rolled_back(published: Path, publish_id: str | None) -> tuple[str, str]:
    """Let readers open an earlier version; returns the publish_id of what they opened until now, and of that version.

    Without a `publish_id` it is the version that was published before the current one. Raises ConfigurationError, and
    changes nothing, if it is not there or damaged. The caller holds the lock; the next run publishes the newest again.
    """
    current = read_manifest(published / MANIFEST)
    kept = [manifest["publish_id"] for manifest in kept_versions(published / VERSIONS)]
    if current is None or not kept:
        raise ConfigurationError(f"{published / VERSIONS}: nothing is published.")
    before = current["publish_id"]
    earlier = kept[kept.index(before) + 1 :] if before in kept else kept
    if publish_id is None and not earlier:
        raise ConfigurationError(f"{published / VERSIONS}: no earlier version is kept.")
    wanted = publish_id or earlier[0]
    if wanted not in kept:
        raise ConfigurationError(f"'{wanted}' is not a version that is kept; there are {', '.join(kept)}.")
    version = published / VERSIONS / wanted
    manifest = read_manifest(version / MANIFEST)
    if manifest is None or not is_whole(version):
        raise ConfigurationError(
            f"{version}: the version is damaged or of an old release; name another with `kuota rollback PUBLISH_ID`."
        )
    _replace_what_readers_open(published, version, manifest)
    return before, wanted


def kept_versions(versions: Path) -> list[dict[str, Any]]:
    """The manifests of the versions that are kept, newest publish first."""
    manifests = [read_manifest(path) for path in versions.glob(f"[!.]*/{MANIFEST}")]
    return sorted((m for m in manifests if m is not None), key=lambda m: str(m["published_at"]), reverse=True)


def remove_old_versions(published: Path, keep: int) -> None:
    """Remove all but the newest `keep` versions. The one that readers open stays. The caller holds the lock."""
    versions = published / VERSIONS
    current = (read_manifest(published / MANIFEST) or {}).get("publish_id")
    others = [manifest["publish_id"] for manifest in kept_versions(versions) if manifest["publish_id"] != current]
    for publish_id in others[max(keep - 1, 0) :]:
        leaving = new_path(versions, "leaving")
        (versions / publish_id).replace(leaving)
        shutil.rmtree(leaving)
