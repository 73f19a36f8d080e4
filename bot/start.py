"""Brings up what every way in needs: the catalog, ready to be asked."""

import gc
from pathlib import Path

from bot.answers.knowledge import Knowledge
from bot.catalog.place import Live, bring_up_to_date, cache_file, data_folder
from bot.catalog.store import read_catalog
from bot.hub.client import Hub
from bot.settings import Settings


async def start(settings: Settings) -> Live[Knowledge]:
    """Open the catalog that ``settings`` name, building it first where its files changed.

    Raises:
        BrokenCatalog: the files have faults and no earlier catalog exists.
    """
    data: Path = settings.data_dir or data_folder()
    target = settings.catalog_file or cache_file(data)
    hub = Hub() if settings.hub else None
    await bring_up_to_date(data, target)
    gc.disable()  # nothing that is read here is garbage, and looking for it takes a quarter of the time
    try:
        return Live(target, await read_catalog(target), lambda catalog: Knowledge(catalog, hub))
    finally:
        gc.freeze()  # nor will it be looked through later
        gc.enable()
