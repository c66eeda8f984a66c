"""Worlds of products whose stars are shown rounded, and what the display does is known.

Product p sells Poisson in week w around

    exp(size_p + trend_p w + quality_effect * quality_pw + stars * shown_pw
        + volume * log(1 + reviews) + week_w + noise_pw)

Every sale brings a review with some probability, after a few days, with one to five stars around
the quality of its week. The display is the mean of all reviews so far, rounded to a half star.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from chalicelib.attribution.search.star_changes import ProductWeeks

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class StarWorld:
    """The switches of a world."""

    name: str = "stars_matter"
    n_products: int = 150
    n_weeks: int = 104
    stars: float = 0.15
    """Effect of a star more in the display, as a logarithm."""
    quality_effect: float = 0.3
    improves: float = 0.0
    """Standard deviation of the change of quality over the window, in stars."""
    trend: float = 0.0
    """Standard deviation of the change of log sales over the window."""
    volume: float = 0.0
    """Effect of the logarithm of the number of reviews."""
    size: float = 30.0
    """Typical sales a week."""
    reviews_per_sale: float = 0.015
    noise: float = 0.25
    """Standard deviation of log sales of a product from week to week."""


_BASE = StarWorld()
STAR_WORLDS = {
    world.name: world
    for world in (
        _BASE,
        replace(_BASE, name="stars_do_nothing", stars=0.0),
        replace(_BASE, name="quality_improves", stars=0.0, improves=1.0, quality_effect=0.5),
        replace(_BASE, name="trending", stars=0.0, trend=1.5),
        replace(_BASE, name="all_together", improves=1.0, quality_effect=0.5, trend=1.0),
        replace(_BASE, name="many_reviews", reviews_per_sale=0.3, n_products=110),
        replace(_BASE, name="few_products", n_products=35),
        replace(_BASE, name="few_sales", size=3.0, reviews_per_sale=0.15),
    )
}


def simulate_stars(world: StarWorld, seed: int) -> ProductWeeks:
    """Simulate one world; the same seed gives the same data."""
    rng = np.random.default_rng([seed, 29])
    n, weeks = world.n_products, world.n_weeks
    quality = np.clip(rng.normal(3.8, 0.5, n), 1.5, 4.9)
    along = np.linspace(-0.5, 0.5, weeks)
    change = np.abs(rng.normal(0.0, world.improves, n)) if world.improves else np.zeros(n)
    trend = rng.normal(0.0, world.trend, n) if world.trend else np.zeros(n)
    size = np.log(world.size) + rng.normal(0.0, 0.7, n)
    season = 0.2 * np.sin(2 * np.pi * np.arange(weeks) / 52)
    number = rng.poisson(3.0, n).astype(float)
    total = _ratings(rng, quality - change / 2, number)
    sales = np.zeros((n, weeks))
    reviews, ratings = np.zeros((n, 7 * weeks)), np.zeros((n, 7 * weeks))
    reviews[:, 0], ratings[:, 0] = number, total
    for week in range(weeks):
        now = np.clip(quality + change * along[week], 1.0, 5.0)
        log_sales = size + trend * along[week] + world.quality_effect * (now - 3.8) + season[week]
        log_sales += world.volume * np.log1p(number) + rng.normal(0.0, world.noise, n)
        for day in range(7):
            mean = np.divide(total, number, out=np.full(n, 4.0), where=number > 0)
            shown = np.where(number > 0, np.floor(2 * mean + 0.5) / 2, 4.0)
            sold = rng.poisson(np.exp(log_sales + world.stars * (shown - 4.0)) / 7)
            sales[:, week] += sold
            new = rng.binomial(sold, world.reviews_per_sale).astype(float)
            stars = _ratings(rng, now, new)
            number, total = number + new, total + stars
            reviews[:, 7 * week + day] += new
            ratings[:, 7 * week + day] += stars
    return ProductWeeks(sales, reviews, ratings, np.ones(weeks, dtype=bool))


def _ratings(rng: np.random.Generator, quality: Floats, number: Floats) -> Floats:
    """Sums of ratings of one to five stars with this mean, shape (n,)."""
    who = np.repeat(np.arange(quality.size), number.astype(int))
    stars = 1 + rng.binomial(4, np.clip((quality[who] - 1) / 4, 0.0, 1.0))
    return np.bincount(who, weights=stars, minlength=quality.size)
