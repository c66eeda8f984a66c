"""Simulation of products, their reviews, and the stars that a shop shows.

A shop shows the mean rating of a product, rounded to half a star. A product sells
exp(effect * stars shown) times its popularity, so sales jump where the rounding jumps.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chalicelib.attribution.arrays import Floats, Ints

UNRATED = 4.0
"""A product without reviews sells like one with so many stars."""


@dataclass(frozen=True, slots=True)
class Products:
    """The products of a brand."""

    engagement: str = "amazon/review"
    """The engagement type, as ``channel/type``, of a review."""
    number: int = 40
    effect: float = 0.15
    """Increase of the logarithm of sales per star shown."""
    quality: tuple[float, float] = (3.4, 4.7)
    """Range of the mean ratings."""
    spread: float = 0.9
    """Standard deviation of a rating, before rounding to 1 to 5 stars."""
    rounding: float = 0.5


@dataclass(frozen=True, slots=True)
class Shelf:
    """What was reviewed, and what was bought."""

    reviewed: Ints
    """Product of each review. Shape (R,)."""
    rating: Ints
    """Stars of each review, 1 to 5. Shape (R,)."""
    bought: Ints
    """Product of each purchase. Shape (C,)."""


def sell(
    products: Products, review_day: Ints, purchase_day: Ints, n_days: int, rng: np.random.Generator
) -> Shelf:
    """Draw the products and stars of reviews, and the products of purchases.

    Parameters
    ----------
    review_day : int array, shape (R,)
        Day of each review, ascending.
    purchase_day : int array, shape (C,)
        Day of each purchase, ascending.
    """
    quality = rng.uniform(*products.quality, products.number)
    popularity = np.exp(0.5 * rng.standard_normal(products.number))
    reviewed = rng.choice(products.number, review_day.size, p=popularity / popularity.sum())
    given = quality[reviewed] + products.spread * rng.standard_normal(review_day.size)
    rating = np.clip(np.rint(given), 1, 5).astype(np.int64)
    shown = _shown(products, review_day, reviewed, rating, n_days)
    weight = popularity * np.exp(products.effect * shown)
    bought = np.empty(purchase_day.size, dtype=np.int64)
    for day in range(n_days):
        chosen = np.flatnonzero(purchase_day == day)
        chance = weight[day] / weight[day].sum()
        bought[chosen] = rng.choice(products.number, chosen.size, p=chance)
    return Shelf(reviewed, rating, bought)


def _shown(
    products: Products, review_day: Ints, reviewed: Ints, rating: Ints, n_days: int
) -> Floats:
    """Stars shown on each day, from the reviews of earlier days, or `UNRATED`. Shape (T, P)."""
    number, total = np.zeros((2, n_days + 1, products.number))
    np.add.at(number, (review_day + 1, reviewed), 1)
    np.add.at(total, (review_day + 1, reviewed), rating)
    number, total = np.cumsum(number, axis=0)[:n_days], np.cumsum(total, axis=0)[:n_days]
    mean = np.divide(total, number, out=np.full_like(total, UNRATED), where=number > 0)
    return np.asarray(np.floor(mean / products.rounding + 0.5) * products.rounding)
