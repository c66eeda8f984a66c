"""The columns of Google Ads reports.

A row is identified by columns that are the same in two downloads of the same day, not by status,
bids or metrics.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from chalicelib.importers.platforms.google_ads.ad_texts import AD_TEXTS, ad_texts
from chalicelib.importers.reports.report_columns import (
    Column,
    Cost,
    Count,
    Currency,
    Key,
    LeftOut,
    Repeats,
    Sign,
)
from chalicelib.importers.reports.translations import (
    Translation,
    read_translations,
    translated,
    words_of,
)
from chalicelib.importers.reports.usual_columns import columns_from
from chalicelib.importers.rows.row_plan import Cells
from chalicelib.importers.tables.headings import Columns, comparable

_GERMAN_TEXTS = ad_texts(
    headline=("Anzeigentitel", "Überschrift"),
    long_headline=("Langer Anzeigentitel", "Lange Überschrift"),
    description=("Textzeile", "Beschreibung"),
    final_url=("Finale URL",),
    path=("Pfad",),
)
"""German headings of the text of an ad."""


def _with_ad_texts(translation: Translation) -> Translation:
    texts = ("headline", "long headline", "description", "final url", "path")
    numbered = ad_texts(*(translation.words[f"text {name}"] for name in texts))
    return replace(translation, headings={**translation.headings, **numbered})


TRANSLATIONS = tuple(
    map(_with_ad_texts, read_translations(Path(__file__).with_name("google_ads_headings.tsv")))
)
"""The languages besides English and German."""

COLUMNS = translated(
    (
        *columns_from(
            Path(__file__).with_name("google_ads_columns.tsv"),
            Column("campaign_state", Sign()),
            Column("campaign_group", Sign()),
            Column("campaign_type", Sign()),
            Column("ad", Key("ad", names=False)),
            Column("ad_type", Sign()),
            Column("keyword_id", Key("keyword", names=False)),
            Column("keyword", Key("keyword")),
            Column("asset_group", Key("asset_group")),
            # Reports show `--` as the total of these segments: their rows cannot be added up.
            Column("click_type", Repeats("an impression is shown once for each link of the ad")),
            Column(
                "conversion_action",
                Repeats("impressions and costs do not belong to a single conversion action"),
            ),
            Column(
                "asset",
                Repeats(
                    "each asset of an ad shows the impressions, clicks and costs of the whole ad"
                ),
            ),
            Column(
                "extension",
                Repeats("each extension of an ad shows the impressions of the whole ad"),
            ),
            Column("audience", Repeats("a person may be in several audience segments")),
            Column("interactions", Count("click"), unless=("clicks",)),
            Column("interaction_rate", Sign()),
            Column("converted_cost", Cost(), unless=("cost",)),
            Column("converted_currency", Currency(), unless=("cost",)),
            Column("average_cost", LeftOut("averages cannot be added up")),
        ),
        *(
            Column(
                f"text_{name}",
                Key("ad_text_" + name, names=False),
                en=(name,),
                de=_GERMAN_TEXTS.get(f"text_{name}", ()),
                unless=("ad_id",),
            )
            for name in AD_TEXTS
        ),
    ),
    TRANSLATIONS,
)

COUNTS = ("impressions", "clicks", "interactions", "cost", "converted_cost")
"""A report must have one of these fields."""

TYPICAL_FIELDS = (
    "campaign_state",
    "campaign_group",
    "campaign_type",
    "ad_group",
    "search_term",
    "match_type",
    "interaction_rate",
    "average_cost",
    "currency",
)
"""Without a line with the period, a report must have one of these fields to be recognised."""

LEVELS = (
    ("search_term", "search_term"),
    ("keyword", "keyword"),
    ("ad_id", "ad"),
    ("ad", "ad"),
    ("ad_type", "ad"),
    ("asset_group", "asset_group"),
    ("ad_group", "ad_group"),
    ("campaign", "campaign"),
)
"""Column -> kind of report, the finest first. The title is not used: users can change it."""


def _lower(what: str) -> list[str]:
    """Return words of the other languages in the form of `headings.comparable`."""
    return [comparable(word) for word in words_of(TRANSLATIONS, what)]


_ALL_TIME = ("all time", "gesamter zeitraum", "gesamte zeit", *_lower("all time"))
ALL_TIME = re.compile("|".join(map(re.escape, _ALL_TIME)))
_VIDEO = ("demand gen", "discovery", "youtube", "trueview", "bumper")
VIDEO = re.compile("|".join((r"\bvideo", *map(re.escape, (*_VIDEO, *_lower("video"))))))
"""Types of campaigns and ads whose interactions are mostly views."""


def counts_interactions(columns: Columns) -> Callable[[Cells], bool]:
    """Return a test for rows whose interactions are clicks, for reports without Clicks."""
    at = columns.positions
    kinds = [at[field] for field in ("campaign_type", "ad_type") if field in at]
    views = at.get("views")

    def applies(cells: Cells) -> bool:
        if views is not None and cells[views].strip("0 -,.").strip():
            return False
        return not any(VIDEO.search(cells[kind].casefold()) for kind in kinds)

    return applies
