"""The columns that social media suites have in common."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from chalicelib.importers.platforms.social_suites.networks import (
    HOSTS,
    NETWORKS,
    host_of,
    network_name,
)
from chalicelib.importers.reports.report_columns import Channel, Column, Count, Key, LeftOut, Sign
from chalicelib.importers.reports.usual_columns import columns_from

COUNTS = columns_from(
    Path(__file__).with_name("suite_columns.tsv"),
    Column("paid_impressions", Count("impression", paid=True)),
    Column("replies", Count("comment"), unless=("comments",)),
    Column("reposts", Count("share"), unless=("shares",)),
    Column("paid_video_views", Count("view", paid=True)),
    Column("engagements", LeftOut("sums other columns")),
    Column("reach", LeftOut("counts people, which cannot be summed")),
    Column("rates", LeftOut("a rate of other columns")),
    Column("parts", LeftOut("part of other columns")),
)
"""Counts of a post, or of a profile on a day. No engagement is counted in two columns."""

PAID_PARTS = {"impressions": "paid_impressions", "video_views": "paid_video_views"}
"""Totals that contain a paid part -> the column with that part."""


def in_no_language(columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return columns whose English headings do not imply English numbers and dates.

    Spanish and French suites write ``1.200`` below English headings. The counts in the file decide
    the number format, so this is not read as 1.2.
    """
    return tuple(
        replace(column, more={**column.more, "es": (*column.more.get("es", ()), *column.en)})
        for column in columns
    )


def network(*en: str, de: tuple[str, ...] = ("Netzwerk", "Soziales Netzwerk")) -> Column:
    """Return the column with the network of a row."""
    return Column("network", Channel(NETWORKS, is_needed=True, name=network_name), en=en, de=de)


def link(*en: str) -> Column:
    """Return the column with links to posts, which identify both the post and its network."""
    key = Key("post", sets="content_id")
    return Column("link", Channel(HOSTS, is_needed=True, name=host_of, key=key), en=en)


def sign(field: str, *en: str) -> Column:
    """Return a column that identifies a suite."""
    return Column(field, Sign(), en=en)
