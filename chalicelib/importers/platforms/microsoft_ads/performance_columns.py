"""The columns of Microsoft Advertising: API names and the English and German headings."""

from __future__ import annotations

from pathlib import Path

from chalicelib.importers.reports.report_columns import Claimed, Column, Key, LeftOut, When
from chalicelib.importers.reports.usual_columns import columns_from
from chalicelib.importers.tables.marks import together


def _in_the_api(heading: str) -> tuple[str, str]:
    """Return a heading and its name in the API, such as ``AdGroupId``: without spaces."""
    return heading, heading.replace(" ", "").replace(".", "")


COLUMNS = columns_from(
    Path(__file__).with_name("microsoft_ads_columns.tsv"),
    Column("period", When("day")),
    Column("day", When("day"), unless=("period",)),
    Column("ad", Key("ad")),
    Column("keyword_id", Key("keyword")),
    Column("keyword", Key("keyword")),
    Column("bid_match_type", Key("bid_match", names=False)),
    Column("match_type", Key("match", names=False)),
    Column("product", Key("product")),
    Column("position", Key("position", names=False)),
    Column("state", Key("state", names=False)),
    Column("city", Key("city", names=False)),
    Column("goal", Key("goal", names=False)),
    Column("all_conversions", Claimed()),
    Column("revenue", Claimed(is_value=True)),
    Column("all_revenue", Claimed(is_value=True)),
    Column("rates", LeftOut("shares and averages cannot be summed")),
    spellings=_in_the_api,
)

MARKS = (
    *(together(fields=(field,)) for field in ("period", "bid_match_type", "match_type")),
    *(together(name, "Spend") for name in ("AccountName", "AccountId", "CampaignName")),
    *(together(name, "Spend") for name in ("Impr.", "Conv.", "Avg. CPC")),
)
"""Headings that no other platform's reports have."""

REPEATED = frozenset(
    {
        *("click type", "clicktype", "clicktypeid", "ad extension id", "adextensionid"),
        *("ad extension type", "adextensiontype", "adextensiontypeid", "adextensionitemid"),
        *("asset id", "assetid", "asset content", "assetcontent", "asset type", "assettype"),
    }
)
"""Headings of reports that have an impression in several rows."""
