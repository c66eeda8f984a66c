"""What was bought, reviewed and found by search, by content: the input of the effect of stars.

Contents are stored as hashes; their names are not needed.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.model.channels import SEARCH
from chalicelib.model.events import Engagement
from chalicelib.services.fitting.declared_columns import Declared, column
from chalicelib.services.fitting.share_rows import key_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from chalicelib.attribution.search.star_changes import ProductWeeks

MOST_PRODUCTS = 1_000
"""Products in a fit, those with the most sales; memory grows with products times days."""
FOUND_BY_SEARCH = "search"
"""Name of the source of search visits."""


@dataclass(slots=True)
class ProductRows(Declared):
    """Events with a content: keys of the source and of the content, day, count, sum of stars.

    A source is a goal (its conversions), a channel (its reviews with stars) or search (its visits).
    """

    source: array[int] = column("Q")
    content: array[int] = column("Q")
    day: array[int] = column("i")
    count: array[float] = column("d")
    stars: array[float] = column("d")

    def add_sale(self, goal: str, content_id: str, day: int, count: int) -> None:
        """Append conversions of a content; refunds have a count of 0."""
        if count > 0:
            self._add(_goal(goal), content_id, day, count, 0.0)

    def add_engagement(self, event: Engagement, day: int) -> None:
        """Append reviews with stars, or visits from search; other engagements do not count."""
        content_id = event.content_id
        if content_id is None:
            return
        if event.type == "review" and event.rating is not None:
            source = _reviews(event.channel)
            self._add(source, content_id, day, event.count, event.rating * event.count)
        elif event.type == "click" and event.channel in SEARCH:
            self._add(FOUND_BY_SEARCH, content_id, day, event.count, 0.0)

    def _add(self, source: str, content_id: str, day: int, count: int, stars: float) -> None:
        self.source.append(key_of(source))
        self.content.append(key_of(content_id))
        self.day.append(day)
        self.count.append(float(count))
        self.stars.append(stars)

    def has_reviews(self, channel: str) -> bool:
        """Whether a channel has reviews of a content with stars."""
        return key_of(_reviews(channel)) in set(self.source)

    def product_weeks(
        self, channel: str, goal: str | None, first_day: int, known: NDArray[np.bool_]
    ) -> ProductWeeks | None:
        """Sales and reviews by content; None if no reviewed content has any.

        Parameters
        ----------
        channel : str
            Where the reviews are.
        goal : str or None
            The goal whose conversions are the sales; None: search visits.
        first_day : int
            Ordinal of the first day of the window. Earlier reviews count on this day.
        known : bool array, shape (W,)
            Whole weeks of the window with data on the sales.
        """
        import numpy as np

        from chalicelib.attribution.search.star_changes import ProductWeeks

        source = np.frombuffer(self.source, dtype=np.uint64)
        content = np.frombuffer(self.content, dtype=np.uint64)
        day = np.frombuffer(self.day, dtype=np.int32).astype(np.int64) - first_day
        count = np.frombuffer(self.count, dtype=np.float64)
        stars = np.frombuffer(self.stars, dtype=np.float64)
        n_days = 7 * known.size
        sold = source == key_of(FOUND_BY_SEARCH if goal is None else _goal(goal))
        sold &= (day >= 0) & (day < n_days)
        reviewed = (source == key_of(_reviews(channel))) & (day < n_days)
        both = np.intersect1d(content[sold], content[reviewed])
        if both.size == 0:
            return None
        sold &= np.isin(content, both)
        place = np.searchsorted(both, content[sold])
        by_sales = np.argsort(-np.bincount(place, weights=count[sold]), kind="stable")
        kept = np.sort(both[by_sales[:MOST_PRODUCTS]])
        sold &= np.isin(content, kept)
        reviewed &= np.isin(content, kept)
        sales = np.zeros((kept.size, known.size))
        np.add.at(sales, (np.searchsorted(kept, content[sold]), day[sold] // 7), count[sold])
        reviews, ratings = np.zeros((2, kept.size, n_days))
        at = np.searchsorted(kept, content[reviewed]), np.maximum(day[reviewed], 0)
        np.add.at(reviews, at, count[reviewed])
        np.add.at(ratings, at, stars[reviewed])
        return ProductWeeks(sales, reviews, ratings, known)


def _goal(goal: str) -> str:
    return f"goal/{goal}"


def _reviews(channel: str) -> str:
    return f"review/{channel}"
