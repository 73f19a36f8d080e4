"""No figure of the engine changes unnoticed; ``tests/fit/figures.py`` says how to write them anew."""

import pytest

from bot.catalog.store import Catalog
from tests.fit.figures import FILE, written


def alike(a: str, b: str) -> bool:
    """The same words, and figures that another machine's last digit leaves the same."""
    try:
        return float(a) == pytest.approx(float(b), rel=1e-4, abs=0.011)
    except ValueError:
        return a == b


def test_every_figure_is_as_it_was(catalog: Catalog) -> None:
    kept, now = FILE.read_text().splitlines(), written(catalog).splitlines()
    assert len(kept) == len(now)
    for before, after in zip(kept, now, strict=True):
        same = before == after or all(map(alike, before.split(","), after.split(",")))
        assert same, f"{before}\n  is now {after}"
