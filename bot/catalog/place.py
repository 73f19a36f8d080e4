"""Where the catalog's files are, and the catalog that is current while the bot runs."""

import asyncio
import hashlib
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import aiosqlite
import platformdirs

import bot
from bot.catalog.build import BrokenCatalog, build
from bot.catalog.store import Catalog, read_catalog

log = logging.getLogger(__name__)

T = TypeVar("T")


def data_folder() -> Path:
    """``data/`` of this checkout, or the copy inside the installed package."""
    package = Path(bot.__file__).parent
    inside = package / "data"
    return inside if inside.is_dir() else package.parent / "data"


def cache_file(data: Path) -> Path:
    """Where the catalog built from ``data`` is kept: one file for each folder."""
    label = hashlib.sha256(os.fsencode(data.resolve())).hexdigest()[:12]
    return Path(platformdirs.user_cache_dir("willitrun", appauthor=False)) / f"catalog-{label}.sqlite"


async def bring_up_to_date(data: Path, target: Path) -> None:
    """Build the catalog if ``data`` changed.

    A broken ``data`` is logged, and the last good file stays.

    Raises:
        BrokenCatalog: ``data`` has faults and there is no earlier file.
    """
    try:
        await asyncio.to_thread(build, data, target)
    except BrokenCatalog as broken:
        for fault in broken.faults:
            log.error("catalog: %s", fault)
        if not target.is_file():
            raise
        log.error("catalog: %d faults; the last good catalog stays in use", len(broken.faults))


class Live(Generic[T]):
    """A value derived from the catalog file, made anew when that file is replaced."""

    def __init__(self, target: Path, catalog: Catalog, derive: Callable[[Catalog], T]) -> None:
        self._target = target
        self._derive = derive
        self._stamp = self._read_stamp()
        self.value = derive(catalog)

    def _read_stamp(self) -> tuple[int, int] | None:
        try:
            status = self._target.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_ino

    async def refresh(self) -> bool:
        """Take over a replaced catalog file; a file that cannot be read leaves the old value in use."""
        stamp = self._read_stamp()
        if stamp is None or stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            catalog = await read_catalog(self._target)
            catalog.read_all()
        except (aiosqlite.Error, KeyError, ValueError):
            log.exception("catalog: the new file cannot be read; the last good catalog stays in use")
            return False
        self.value = self._derive(catalog)
        return True
