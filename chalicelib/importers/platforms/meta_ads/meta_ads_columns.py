"""The columns of Ads Manager.

Unique counts, subsets of another column and averages are missing here on purpose: reach, for
example, cannot be summed.
"""

from __future__ import annotations

from pathlib import Path

from chalicelib.importers.reports.report_columns import (
    Claimed,
    Column,
    Count,
    Key,
    LeftOut,
    Repeats,
    Sign,
)
from chalicelib.importers.reports.translations import read_translations, translated
from chalicelib.importers.reports.usual_columns import columns_from

TRANSLATIONS = read_translations(Path(__file__).with_name("meta_ads_headings.tsv"))
"""The languages besides English and German."""

COLUMNS = translated(
    columns_from(
        Path(__file__).with_name("meta_ads_columns.tsv"),
        Column(
            "action",
            Repeats("impressions and the amount spent do not belong to a single type of action"),
        ),
        Column("dma", Key("dma", names=False)),
        Column("device_platform", Key("device_platform", names=False)),
        Column("product", Key("product", names=False)),
        Column("objective", Key("objective", names=False)),
        Column("media_type", Key("media_type", names=False)),
        Column("views", Count("impression"), unless=("impressions",)),
        Column("gross_impressions", LeftOut("includes invalid traffic")),
        Column("page_likes", Count("follow")),
        Column("instagram_follows", Count("follow")),
        Column("follows", Count("follow"), unless=("page_likes", "instagram_follows")),
        Column("three_second_plays", Count("view")),
        Column("thruplays", Count("view"), unless=("three_second_plays",)),
        Column("ten_second_plays", Count("view"), unless=("three_second_plays", "thruplays")),
        Column("website_purchases", Claimed(), unless=("purchases",)),
        Column("results", Claimed(), unless=("purchases", "website_purchases")),
        Column("indicator", Sign()),
        Column("website_purchase_value", Claimed(is_value=True), unless=("purchase_value",)),
        Column(
            "conversion_value",
            Claimed(is_value=True),
            unless=("purchase_value", "website_purchase_value"),
        ),
    ),
    TRANSLATIONS,
)
