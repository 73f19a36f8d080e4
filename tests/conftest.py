import asyncio
from pathlib import Path

import pytest
from hypothesis import settings

from bot.answers.knowledge import Knowledge
from bot.catalog.place import Live
from bot.catalog.store import Catalog
from tests.state.postgres import postgres
from tests.support import DATA, built_catalog

__all__ = ["postgres"]

settings.register_profile("without a clock", deadline=None)
settings.load_profile("without a clock")


@pytest.fixture(scope="session")
def catalog_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_catalog(DATA, tmp_path_factory.mktemp("catalog") / "catalog.sqlite")


@pytest.fixture(scope="session")
def catalog(catalog_file: Path) -> Catalog:
    from bot.catalog.store import read_catalog

    return asyncio.run(read_catalog(catalog_file))


@pytest.fixture(scope="session")
def knowledge(catalog: Catalog) -> Knowledge:
    return Knowledge(catalog)


@pytest.fixture
def live(catalog_file: Path, catalog: Catalog, knowledge: Knowledge) -> Live[Knowledge]:
    return Live(catalog_file, catalog, lambda _: knowledge)
