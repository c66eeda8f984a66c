"""Spotify Ads Manager (Ad Studio): campaign reports as CSV."""

from __future__ import annotations

from pathlib import Path

from chalicelib.importers.reports.report import TableReport
from chalicelib.importers.reports.report_columns import Column, Key, LeftOut, Sign
from chalicelib.importers.reports.usual_columns import columns_from
from chalicelib.importers.tables.marks import together

CHANNEL = "spotify_ads"
_PARTS = LeftOut("counts how far people listened: part of the impressions")

COLUMNS = columns_from(
    Path(__file__).with_name("spotify_ads_columns.tsv"),
    Column("genre", Key("genre", names=False)),
    Column("quartiles", _PARTS),
    Column("completes", _PARTS),
    Column("skips", _PARTS),
    Column("listens", LeftOut("counts what people listened to after the ad")),
    Column("off_platform", LeftOut("part of the impressions")),
    Column("rates", Sign()),
)
_MARKS = tuple(
    together(fields=(field,)) for field in ("quartiles", "listens", "off_platform", "completes")
)
_LEVELS = ("ad", "ad_set", "campaign")


SPOTIFY_ADS = TableReport(
    platform=CHANNEL,
    channel=CHANNEL,
    report="campaign",
    levels=_LEVELS,
    columns=COLUMNS,
    holds_people=True,
    needs=("impressions",),
    needs_one_of=tuple(field for level in _LEVELS for field in (level, f"{level}_id")),
    marks=_MARKS,
    paid=True,
    title="Spotify Ads Manager (Ad Studio): campaign reports",
    where=(
        "Spotify Ads Manager → Reporting → Export → Daily (Täglich), columns Impressions, Clicks, "
        "Spend and First quartiles or Completes → .csv. If the file contains no currency, pass "
        "the account's currency with `--currency`"
    ),
    looks_for=(
        "Campaign, Ad set or Ad name, Impressions, and a column that only Spotify writes: First "
        "quartiles, Midpoints, Completes, Paid listens, New listeners, Off Spotify impressions"
    ),
    rejected=(
        ("no_date", "reports that are not by day and have no start and end date"),
        ("no_currency", "Spend but no currency in the file; pass it with `--currency`"),
        ("unknown_platform", "no column is specific to Spotify; name the platform"),
    ),
    remarks=(
        "Each served ad becomes an impression, however far people listened.",
        "The headings come from Spotify's documentation, not from a real export.",
    ),
)
IMPORTERS = (SPOTIFY_ADS.importer(),)
