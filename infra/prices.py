"""List prices of AWS, and what a month's use costs by them. Knows no service of ours."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("prices.json")


class PriceError(Exception):
    """The table has no usable price for something that is used."""


@dataclass(frozen=True, slots=True)
class Price:
    """What so many units of something cost in a region.

    Attributes
    ----------
    service, unit : str
    dollars : float
        Of `per` units.
    per : int
    page : str
        The name of Amazon's page that has it.
    corroborated : bool
        Whether a second public source says the same.
    """

    service: str
    unit: str
    dollars: float
    per: int
    page: str
    corroborated: bool

    def of(self, amount: float) -> float:
        """Dollars for an amount of units."""
        return amount * self.dollars / self.per


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices of one region by meter, and how far to trust them.

    Attributes
    ----------
    region : str
    as_of : date
        The day whose list prices these are meant to be.
    compared : str
        When and with what the table was last compared.
    how_to_update : str
    prices : dict of str to Price
    """

    region: str
    as_of: dt.date
    compared: str
    how_to_update: str
    prices: Mapping[str, Price]

    def bill(self, use: Mapping[str, float]) -> dict[str, float]:
        """Dollars by meter.

        Parameters
        ----------
        use : mapping of str to float
            Units by meter.

        Raises
        ------
        PriceError
            If something is used that has no price here.
        """
        missing = sorted(set(use) - set(self.prices))
        if missing:
            raise PriceError(f"no price in {self.region} for {', '.join(missing)}")
        return {meter: self.prices[meter].of(amount) for meter, amount in use.items()}

    def by_service(self, use: Mapping[str, float]) -> dict[str, float]:
        """Dollars by service; raises as `bill` does."""
        sums: dict[str, float] = {}
        for meter, dollars in self.bill(use).items():
            service = self.prices[meter].service
            sums[service] = sums.get(service, 0.0) + dollars
        return sums


def read_prices(region: str, path: Path = TABLE) -> PriceTable:
    """The table for a region.

    Raises
    ------
    PriceError
        If the region is not in it, or a price of it is missing or not above zero.
    """
    read = json.loads(path.read_text(encoding="utf-8"))
    if region not in read["regions"]:
        raise PriceError(f"{region} is none of {', '.join(read['regions'])}")
    prices = {meter: _price(meter, entry, region) for meter, entry in read["prices"].items()}
    as_of = dt.date.fromisoformat(read["as_of"])
    return PriceTable(region, as_of, read["compared"], read["how_to_update"], prices)


def _price(meter: str, entry: Mapping[str, Any], region: str) -> Price:
    dollars = entry.get(region)
    if not isinstance(dollars, int | float) or dollars <= 0:
        raise PriceError(f"{meter} has no price in {region}")
    return Price(
        entry["service"],
        entry["unit"],
        float(dollars),
        entry["per"],
        entry["page"],
        region in entry["corroborated"],
    )
