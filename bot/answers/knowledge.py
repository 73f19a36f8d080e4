"""The catalog with the indexes that questions are answered from."""

from bot.catalog.store import Catalog
from bot.hub.client import Hub
from bot.kb.errors import ErrorIndex
from bot.kb.glossary import GlossaryIndex
from bot.kb.symptoms import SymptomIndex
from bot.naming.hardware import HardwareIndex
from bot.naming.models import ModelIndex
from bot.naming.tools import ToolIndex


class Knowledge:
    """One catalog, ready to be asked. Built anew when the catalog changes.

    ``hub`` is asked for models that the catalog lacks; None where the network is not to be used.
    """

    def __init__(self, catalog: Catalog, hub: Hub | None = None) -> None:
        self.catalog = catalog
        self.hub = hub
        self.models = ModelIndex(catalog)
        self.hardware = HardwareIndex(catalog)
        self.tools = ToolIndex(catalog)
        self.errors = ErrorIndex(catalog.errors)
        self.symptoms = SymptomIndex(catalog.symptoms)
        self.glossary = GlossaryIndex(catalog)
