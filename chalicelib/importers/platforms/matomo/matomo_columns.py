"""The columns of Matomo reports: API names and the English and German headings."""

from __future__ import annotations

from pathlib import Path

from chalicelib.importers.reports.report_columns import (
    Column,
    Converted,
    Count,
    Key,
    LeftOut,
    Sign,
    When,
)
from chalicelib.importers.reports.usual_columns import columns_from

PLATFORM = "matomo"
CHANNEL = "company_blog"
"""Channel of the visits: Matomo counts visits to the company's own websites."""

COLUMNS = columns_from(
    Path(__file__).with_name("matomo_columns.tsv"),
    Column("date", When("period")),
    Column("site", Key("site", sets="account", names=False)),
    Column("label", Key("label", names=False)),
    Column("aggregate", LeftOut("1 marks a row that sums the rows below it and is not data")),
    Column("pageviews", Count("impression"), unless=("impressions",)),
    Column("hits", Count("impression"), unless=("impressions", "pageviews")),
    Column("visits", Count("impression"), unless=("impressions", "pageviews", "hits")),
    Column("interactions", Count("click")),
    Column("outlinks", Count("click"), unless=("interactions",)),
    Column("orders", Converted("purchase")),
    Column("order_revenue", Converted("purchase", is_value=True)),
    Column("conversions", Converted("lead"), unless=("orders",)),
    Column("revenue", Converted("lead", is_value=True), unless=("orders",)),
    Column("people", LeftOut("counts people, not engagements")),
    Column("actions", LeftOut("includes downloads and searches")),
    Column("visits_converted", Sign()),
    Column("bounces", Sign()),
    Column("bounce_rate", Sign()),
    Column("per_visit", Sign()),
    Column("most_actions", Sign()),
    Column("time", Sign()),
)

COUNTS = ("impressions", "pageviews", "hits", "visits", "interactions", "orders", "conversions")
"""A report needs at least one of these columns."""

TYPICAL = ("people", "actions", "visits_converted", "bounces", "bounce_rate", "per_visit", "time")
"""Two of these identify a Matomo report of visits. A name that begins with ``nb_`` is enough."""

CONVERTED = ("orders", "order_revenue", "conversions", "revenue")
