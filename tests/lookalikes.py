"""Made-up exports of a small shop, long enough for estimates: `python -m tests.lookalikes DIR`.

The files look like those of Google Ads, Meta Business Suite, LinkedIn, X, YouTube Studio and
Shopify. Their numbers are simulated: orders are Poisson around a weekly baseline plus an effect of
each engagement that fades over the following days.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xlsxwriter
from numpy.typing import NDArray

FIRST_DAY = dt.date(2026, 3, 2)
CLICK_COST = 0.80
ORDER = 60.0


@dataclass(frozen=True)
class Type:
    """An engagement type: its name, mean per day, orders per engagement, and decay."""

    name: str
    per_day: float
    effect: float
    decay: float


TYPES = (
    Type("google_ads/click", 110.0, 0.070, 0.40),
    Type("twitter/like", 90.0, 0.050, 0.60),
    Type("linkedin/like", 45.0, 0.060, 0.60),
    Type("youtube/view", 500.0, 0.006, 0.70),
    Type("facebook/impression", 4000.0, 0.0, 0.0),
)


@dataclass(frozen=True)
class Shop:
    """Daily totals: engagements of each of `TYPES`, and orders.

    Attributes
    ----------
    counts : array of int, shape (T, K)
    orders : array of int, shape (T,)
    first_day : date
    """

    counts: NDArray[np.int64]
    orders: NDArray[np.int64]
    first_day: dt.date = FIRST_DAY

    def of(self, name: str) -> list[int]:
        """The daily counts of a type."""
        number = [one.name for one in TYPES].index(name)
        return [int(count) for count in self.counts[:, number]]

    @property
    def days(self) -> list[dt.date]:
        """The days."""
        return [self.first_day + dt.timedelta(days=day) for day in range(len(self.orders))]


def simulate(n_days: int = 150, seed: int = 1, first_day: dt.date = FIRST_DAY) -> Shop:
    """Simulate a shop."""
    rng = np.random.default_rng(seed)
    weekdays = np.array([1.0, 0.95, 0.95, 1.0, 1.1, 1.25, 1.15])[np.arange(n_days) % 7]
    rates = np.array([one.per_day for one in TYPES])
    noise = np.exp(rng.normal(0.0, 0.45, (n_days, len(TYPES))))
    counts = rng.poisson(rates * noise * weekdays[:, None])
    mean = 14.0 * weekdays
    for number, one in enumerate(TYPES):
        stock = 0.0
        for day in range(n_days):
            stock = one.decay * stock + counts[day, number]
            mean[day] += one.effect * (1.0 - one.decay) * stock
    return Shop(counts, rng.poisson(mean), first_day)


def google_ads(shop: Shop) -> str:
    """A campaign report by day of Google Ads."""
    clicks = shop.of("google_ads/click")
    rows = [
        ["Brand", day.isoformat(), "AUD", f"{n * CLICK_COST:.2f}", str(n), f"{n * 21:,}"]
        for day, n in zip(shop.days, clicks, strict=True)
    ]
    head = f'Campaign report\n"{_long(shop.days[0])} - {_long(shop.days[-1])}"\n'
    return head + _csv(["Campaign", "Day", "Currency code", "Cost", "Clicks", "Impr."], rows)


def meta(shop: Shop) -> str:
    """Daily results of Meta Business Suite: views of a Facebook page."""
    rows = [
        [f"{day}T00:00:00", str(n)]
        for day, n in zip(shop.days, shop.of("facebook/impression"), strict=True)
    ]
    return 'sep=,\n"Facebook views"\n' + _csv(["Date", "Primary"], rows)


def x(shop: Shop) -> str:
    """The account overview of X."""
    head = ["Date", "Impressions", "Likes", "Engagements", "Bookmarks", "Reposts", "Create Post"]
    rows = [
        [f"{day:%a, %b} {day.day}, {day.year}", str(40 * n), str(n), str(2 * n), "0", "0", "0"]
        for day, n in zip(shop.days, shop.of("twitter/like"), strict=True)
    ]
    return _csv(head, rows[::-1])


def youtube(shop: Shop) -> str:
    """The totals of YouTube Studio."""
    views = zip(shop.days, shop.of("youtube/view"), strict=True)
    return _csv(["Date", "Views"], [[day.isoformat(), str(n)] for day, n in views])


def linkedin(shop: Shop) -> bytes:
    """The content report of a LinkedIn page, a workbook."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet("Metrics")
        sheet.write_row(0, 0, ["Aggregated engagement metrics for your organic posts"])
        sheet.write_row(1, 0, ["Date", "Impressions (organic)", "Reactions (organic)"])
        rows = zip(shop.days, shop.of("linkedin/like"), strict=True)
        for number, (day, n) in enumerate(rows, 2):
            sheet.write_row(number, 0, [f"{day:%m/%d/%Y}", 30 * n, n])
    return out.getvalue()


def shopify(shop: Shop) -> str:
    """The orders of Shopify."""
    head = ["Name", "Email", "Financial Status", "Paid at", "Currency", "Subtotal", "Total"]
    head += ["Created at", "Lineitem quantity", "Lineitem name", "Refunded Amount", "Id"]
    rows, number = [], 1000
    for day, orders in zip(shop.days, shop.orders.tolist(), strict=True):
        for order in range(orders):
            number += 1
            at = f"{day} {8 + order % 12:02d}:{order % 60:02d}:00 +0000"
            total = f"{ORDER + number % 7:.2f}"
            rows.append(
                [
                    *(f"#{number}", f"p{number}@example.org", "paid", at, "AUD", total, total),
                    *(at, "1", "Chair", "0.00", str(5_000_000 + number)),
                ]
            )
    return _csv(head, rows)


def costs(shop: Shop) -> str:
    """What an agency charges for the pages."""
    months = sorted({day.replace(day=1) for day in shop.days})
    rows = []
    for month in months[:-1]:
        end = (month + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
        first = max(month, shop.days[0])
        rows.append([first.isoformat(), end.isoformat(), "linkedin", "900.00", "AUD"])
        rows.append([first.isoformat(), end.isoformat(), "twitter", "600.00", "AUD"])
    return _csv(["From", "To", "Channel", "Cost", "Currency"], rows)


FILES: dict[str, Callable[[Shop], str | bytes]] = {
    "google.csv": google_ads,
    "meta.csv": meta,
    "x.csv": x,
    "linkedin.xlsx": linkedin,
    "youtube.csv": youtube,
    "shop.csv": shopify,
    "costs.csv": costs,
}


def write_files(
    folder: Path, n_days: int = 150, seed: int = 1, first_day: dt.date = FIRST_DAY
) -> Shop:
    """Write all files to a folder; return what they describe."""
    shop = simulate(n_days, seed, first_day)
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in FILES.items():
        content = make(shop)
        data = content.encode() if isinstance(content, str) else content
        (folder / name).write_bytes(data)
    return shop


def _csv(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()


def _long(day: dt.date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


if __name__ == "__main__":
    write_files(Path(sys.argv[1]))
