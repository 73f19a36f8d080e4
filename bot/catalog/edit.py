"""What contributors need: a record as TOML to start from, and what changed between two catalogs."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import tomli_w

from bot.catalog.load import Loaded
from bot.catalog.records import Model, Record


class Change(NamedTuple):
    """One difference: ``field`` is None where the whole record came or went."""

    kind: str
    record: str
    what: str
    """``added``, ``removed`` or ``changed``."""
    field: str | None = None
    old: Any = None
    new: Any = None

    def __str__(self) -> str:
        if self.field is None:
            return f"{self.what} {self.kind} {self.record}"
        return f"{self.what} {self.kind} {self.record}: {self.field}: {_brief(self.old)} → {_brief(self.new)}"


def model_as_toml(model: Model) -> str:
    """A model's record as it goes into ``data/models/<family>.toml``."""
    row = model.model_dump(mode="python", exclude_defaults=True, exclude_none=True)
    return tomli_w.dumps({"model": [_plain(row)]}, indent=4)


def differences(old: Loaded, new: Loaded) -> Iterator[Change]:
    """Every record that was added, removed or changed, kind by kind."""
    for kind in new.records:
        before = {record.id: record for record in old.records[kind]}
        after = {record.id: record for record in new.records[kind]}
        yield from (Change(kind, name, "removed") for name in sorted(before.keys() - after.keys()))
        yield from (Change(kind, name, "added") for name in sorted(after.keys() - before.keys()))
        for name in sorted(before.keys() & after.keys()):
            yield from _changed(kind, before[name], after[name])


def _changed(kind: str, before: Record, after: Record) -> Iterator[Change]:
    old, new = before.model_dump(mode="json"), after.model_dump(mode="json")
    for field in new:
        if old[field] != new[field]:
            yield Change(kind, after.id, "changed", field, old[field], new[field])


def _plain(value: Any) -> Any:
    """Without what TOML has no form for."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _brief(value: Any) -> str:
    text = "—" if value is None else str(value)
    return text if len(text) <= 80 else f"{text[:77]}…"
