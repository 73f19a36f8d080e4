"""Builds the SQLite file that the bot reads, and keeps the last good one."""

import hashlib
import os
import sqlite3
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:  # what reads and checks the files is only needed when they changed, and takes time to import
    from bot.catalog.load import Fault, Loaded

SCHEMA_VERSION = "1"

_SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE record (
    kind TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID;
"""


class BrokenCatalog(Exception):
    """``data/`` has faults; ``faults`` lists them."""

    def __init__(self, faults: "list[Fault]") -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        """How many there are, and the first."""
        return f"{len(self.faults)} faults in the catalog; the first: {self.faults[0]}"


def content_hash(data: Path) -> str:
    """A hash over the names and contents of all files under ``data``."""
    digest = hashlib.sha256(SCHEMA_VERSION.encode())
    # Every start waits for this, and Path objects take as long as the reading.
    for folder, folders, names in os.walk(data):
        folders.sort()
        inside = Path(folder).relative_to(data).as_posix()
        for name in sorted(names):
            digest.update(f"{inside}/{name}".encode() + b"\0")
            with open(f"{folder}/{name}", "rb", buffering=0) as file:  # noqa: PTH123
                digest.update(hashlib.sha256(file.read()).digest())
    return digest.hexdigest()


def built_hash(target: Path) -> str | None:
    """The content hash that an existing catalog file was built from; None if it cannot be read."""
    if not target.is_file():
        return None
    try:
        connection = sqlite3.connect(f"{target.resolve().as_uri()}?mode=ro", uri=True)
        try:
            row = connection.execute("SELECT value FROM meta WHERE key = 'content_hash'").fetchone()
        finally:
            connection.close()
    except sqlite3.Error:
        return None
    return str(row[0]) if row else None


def build(data: Path, target: Path) -> bool:
    """Bring ``target`` up to date with ``data``; return whether it had to be built.

    The new file is written beside the old one and swapped in atomically.

    Raises:
        BrokenCatalog: ``data`` has faults; ``target`` is left as it was.
    """
    wanted = content_hash(data)
    if built_hash(target) == wanted:
        return False
    from bot.catalog.check import check
    from bot.catalog.load import load

    loaded = load(data)
    faults = loaded.faults or check(loaded)
    if faults:
        raise BrokenCatalog(faults)
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(prefix=target.name, suffix=".new", dir=target.parent)
    os.close(handle)
    try:
        _write(loaded, Path(beside), wanted)
        Path(beside).chmod(0o644)  # no secret: an image is built by one user and run by another
        Path(beside).replace(target)
    finally:
        Path(beside).unlink(missing_ok=True)
    return True


def _write(loaded: "Loaded", path: Path, wanted: str) -> None:
    newest = max(record.checked for records in loaded.records.values() for record in records)
    connection = sqlite3.connect(path)
    try:
        connection.executescript(_SCHEMA)
        connection.executemany(
            "INSERT INTO record VALUES (?, ?, ?)",
            (
                (kind, record.id, orjson.dumps(record.model_dump(mode="json", exclude_defaults=True)))
                for kind, records in loaded.records.items()
                for record in records
            ),
        )
        connection.executemany(
            "INSERT INTO record VALUES ('benchmark', ?, ?)",
            ((run.id, orjson.dumps(run.model_dump(mode="json", exclude_defaults=True))) for run in loaded.benchmarks),
        )
        connection.executemany(
            "INSERT INTO meta VALUES (?, ?)",
            [("content_hash", wanted), ("schema", SCHEMA_VERSION), ("checked", newest.isoformat())],
        )
        connection.commit()
        if connection.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("the new catalog file fails its integrity check")
    finally:
        connection.close()
