"""The columns of Meta Business Suite content exports."""

from __future__ import annotations

from pathlib import Path

from chalicelib.importers.reports.report_columns import Channel, Column, Count, Key, LeftOut, Sign
from chalicelib.importers.reports.translations import read_translations, translated
from chalicelib.importers.reports.usual_columns import columns_from

NETWORKS = {"facebook": "facebook", "instagram": "instagram", "threads": "threads"}

TRANSLATIONS = read_translations(Path(__file__).with_name("content_headings.tsv"))
"""The languages besides English, German and the few known Swedish headings."""

COLUMNS = translated(
    columns_from(
        Path(__file__).with_name("business_suite_columns.tsv"),
        Column("page_id", Key("account", sets="account", names=False)),
        Column("page_name", Sign()),
        Column("username", Sign()),
        Column("network", Channel(NETWORKS)),
        Column("permalink", Sign()),
        Column("post_type", Sign()),
        Column("views", Count("impression"), unless=("impressions",)),
        Column("three_second_views", Count("view")),
        Column("boosted_views", Count("view", paid=True)),
        Column("plays", Count("view"), unless=("three_second_views",)),
        Column(
            "unique", LeftOut("counts people, which cannot be summed, or repeats other columns")
        ),
        Column("flag", LeftOut("contains yes or no")),
    ),
    TRANSLATIONS,
)
