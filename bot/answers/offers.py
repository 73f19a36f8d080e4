"""What hardware can be bought for: dated prices from the catalog, new, used, or at launch."""

from datetime import date, timedelta
from typing import Literal, NamedTuple

from bot.catalog.records import Hardware, HardwarePrice
from bot.catalog.store import Catalog

_SOLD_FOR = timedelta(days=4 * 365)
"""How long after its launch hardware is sold new; what is older is sold used, for what nobody lists."""

PriceBasis = Literal["used", "new", "launch"]


class Offer(NamedTuple):
    """A piece of hardware with its memory and a price in USD; ``whole_system``: the price is of a whole computer."""

    hardware: Hardware
    memory_gib: float
    price_usd: float
    basis: PriceBasis
    as_of: str
    whole_system: bool
    source: str


def offers(catalog: Catalog) -> list[Offer]:
    """Every price of hardware that is not rented only; used and new ones apart."""
    street = _street_prices(catalog)
    listed = [offer for hardware in catalog.hardware.values() for offer in _offers(hardware, *street)]
    return sorted(listed, key=lambda offer: offer.price_usd)


def offers_of(catalog: Catalog, hardware: Hardware) -> list[Offer]:
    """Street prices of one record; where there are none, its launch price while it may still be sold for it."""
    return _offers(hardware, *_street_prices(catalog))


def _street_prices(catalog: Catalog) -> tuple[dict[str, list[HardwarePrice]], date]:
    """Prices by hardware, and the day on which they were last looked at."""
    prices: dict[str, list[HardwarePrice]] = {}
    for price in catalog.hardware_prices.values():
        prices.setdefault(price.hardware, []).append(price)
    return prices, max((price.checked for price in catalog.hardware_prices.values()), default=date.min)


def _offers(hardware: Hardware, prices: dict[str, list[HardwarePrice]], today: date) -> list[Offer]:
    sold = hardware.released is not None and today - hardware.released <= _SOLD_FOR
    found = []
    for price in prices.get(hardware.id, ()):
        if price.used_usd is not None:
            found.append(_street(hardware, price, price.used_usd, "used"))
        if price.new_usd is not None and sold:
            found.append(_street(hardware, price, price.new_usd, "new"))
    if found or not sold or hardware.launch_price_usd is None or not hardware.memory_gib or not hardware.released:
        return found
    return [
        Offer(
            hardware,
            hardware.memory_gib[0],
            hardware.launch_price_usd,
            "launch",
            f"{hardware.released:%Y-%m}",
            hardware.kind != "gpu",
            hardware.sources[0],
        )
    ]


def _street(hardware: Hardware, price: HardwarePrice, usd: float, basis: PriceBasis) -> Offer:
    return Offer(hardware, price.memory_gib, usd, basis, price.as_of, price.whole_system, price.sources[0])
