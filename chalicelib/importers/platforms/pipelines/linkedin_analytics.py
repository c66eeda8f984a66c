"""LinkedIn Ads: analytics by campaign or creative, from the API and its connectors."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.platforms.pipelines.landed import Landed
from chalicelib.importers.platforms.pipelines.streams import Ledger, Names, Stream, Subject
from chalicelib.importers.platforms.pipelines.traffic import (
    Traffic,
    booked,
    claim_of,
    counts_of,
    subject_of,
)
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.records.records import Converted
from chalicelib.importers.values.values import count, name_of

CHANNEL = "linkedin_ads"
LEVELS = ("campaign", "ad", "group", "account")

_COST = "cost_in_local_currency"
_DOLLARS = "cost_in_usd"
_COUNTS = {
    "impression": ("impressions",),
    "click": ("clicks",),
    "like": ("reactions", "likes"),
    "comment": ("comments",),
    "share": ("shares",),
    "follow": ("follows",),
    "view": ("video_views",),
}
_VIRAL = {kind: tuple(f"viral_{name}" for name in names) for kind, names in _COUNTS.items()}
_CONVERSIONS = ("external_website_conversions", "one_click_leads")
_SAME = Decimal("0.000001")
_WORTH = "conversion_value_in_local_currency"
_URN = re.compile(r"urn:li:sponsored(CampaignGroup|Campaign|Creative|Account):(\d{1,20})")
_URN_LEVELS = {
    "CampaignGroup": "group",
    "Campaign": "campaign",
    "Creative": "ad",
    "Account": "account",
}
_IDS = {
    "ad": ("creative_id", "sponsored_creative"),
    "campaign": ("campaign_id", "sponsored_campaign"),
    "group": ("campaign_group_id", "sponsored_campaign_group"),
    "account": ("account_id", "sponsored_account"),
}
_PIVOTS = re.compile(r"(?:urn:li:sponsored.*|CAMPAIGN|CREATIVE|CAMPAIGN_GROUP|ACCOUNT)?")


def _recognise(names: Names) -> int:
    has_counts = not names.isdisjoint(("impressions", "clicks"))
    return 8 if has_counts and not names.isdisjoint((_COST, _DOLLARS)) else 0


def _pivots(landed: Landed) -> list[str]:
    """Return the pivots of a record, apart from `pivotValue`."""
    values = landed.value("pivot_values")
    names = [name_of(value) for value in values] if isinstance(values, list) else []
    return [name for name in (*names, landed.name("pivot", "pivot_field")) if name]


def _thing(landed: Landed) -> tuple[str, str]:
    """Return the level and the id of a record's subject."""
    texts = [*_pivots(landed), landed.name("pivot_value"), landed.name("string_of_pivot_values")]
    for text in texts:
        urn = _URN.fullmatch(text)
        if urn:
            return _URN_LEVELS[urn[1]], urn[2]
    for level, names in _IDS.items():
        if landed.has(*names):
            return level, landed.name(*names).rpartition(":")[2]
    raise RowRejected("missing_value", "the record names no campaign, creative or account")


def _days(landed: Landed) -> tuple[dt.date, dt.date]:
    if landed.has_field("date_range_start_year"):
        return _day_of(landed, "start"), _day_of(landed, "end")
    first = landed.day("start_date", "day", "start_at", "date")
    return first, landed.day("end_date", "start_date", "day", "start_at", "date")


def _day_of(landed: Landed, end: str) -> dt.date:
    year, month, day = (
        count(landed.value(f"date_range_{end}_{part}"), "dateRange")
        for part in ("year", "month", "day")
    )
    try:
        return dt.date(year, month, day)
    except (ValueError, OverflowError):
        raise RowRejected("invalid_date", "dateRange contains no valid day") from None


def _subject(landed: Landed) -> Subject:
    level, thing = _thing(landed)
    return subject_of(level, (thing,), _days(landed), "")


def _reason(landed: Landed) -> str:
    """Return why a record must not be summed with the campaign records; empty if it may be."""
    if all(_PIVOTS.fullmatch(text) for text in _pivots(landed)):
        return ""
    return "repeats the campaigns' traffic, broken down by members or devices"


def _convert(landed: Landed, subject: Subject, ledger: Ledger) -> Converted:
    level, thing = _thing(landed)
    cost, currency = _cost(landed, ledger.options.currency)
    traffic = Traffic(
        subject,
        "",
        counts_of(landed, _COUNTS),
        cost=cost,
        currency=currency,
        organic=counts_of(landed, _VIRAL),
        claimed=claim_of(landed, *_CONVERSIONS),
        worth=claim_of(landed, _WORTH),
        campaign=thing if level == "campaign" else landed.name(*_IDS["campaign"]),
        content=thing if level == "ad" else "",
    )
    return booked(CHANNEL, traffic, ledger)


def _cost(landed: Landed, given: str) -> tuple[Decimal | None, Any]:
    """Return the cost and its currency: the account's, from the record or the caller, or USD.

    The caller passes one currency for all files. So if the local cost equals the cost in dollars,
    the account is in USD; if they differ, it is in the caller's currency.
    """
    local, dollars = landed.amount(_COST), landed.amount(_DOLLARS)
    named = landed.name("currency", "currency_code")
    if named and local is not None:
        return local, named
    if local is None or dollars is None:
        return (local, given) if dollars is None else (dollars, "USD")
    if given in ("", "USD") or abs(local - dollars) <= _SAME * dollars:
        return dollars, "USD"
    return local, given


LINKEDIN_ANALYTICS = Stream(
    platform=CHANNEL,
    holds_people=False,
    report="ad-analytics",
    title="LinkedIn Ads: ad analytics landed by a pipeline",
    looks_for="`costInLocalCurrency` or `costInUsd` with `impressions` or `clicks`",
    hint=re.compile(r"cost_?in_?(?:local|usd)", re.IGNORECASE),
    recognise=_recognise,
    reason=_reason,
    subject=_subject,
    convert=_convert,
    becomes=(
        Becomes("`impressions`, `clicks`", "`impression`, `click` (paid)"),
        Becomes("`reactions`, else `likes`", "`like` (paid)"),
        Becomes(
            "`comments`, `shares`, `follows`, `videoViews`",
            "`comment`, `share`, `follow`, `view` (paid)",
        ),
        Becomes("`viralImpressions`, `viralClicks`, …", "the same, not paid"),
        Becomes(
            "`costInUsd`, if you pass no other currency or the local cost is the same",
            "the cost in USD of the clicks, else of the impressions",
        ),
        Becomes("`costInLocalCurrency` otherwise", "the cost in the currency that you pass"),
        Becomes(
            "`externalWebsiteConversions`, else `oneClickLeads`",
            "`claimed_conversions` in the summary, never events",
        ),
        Becomes("`start_date` and `end_date`, `dateRange`, `day`", "the day, in UTC"),
        Becomes("`pivotValues`, `campaign_id`, `creative_id`", "`campaign_id`, `content_id`"),
        Becomes(
            "records by country, company size, job, device, …",
            "nothing: they repeat the campaigns' traffic",
        ),
    ),
    rejected=(
        ("aggregate_period", "the record covers several days, unless you choose to spread it"),
        ("missing_value", "the record names no campaign, creative or account"),
        (
            "no_currency",
            "the record has a local cost but no cost in dollars, and you did not pass a currency",
        ),
    ),
    notes=(
        "The campaign and creative streams contain the same clicks. Send only one of them to the "
        "bucket.",
    ),
    levels=LEVELS,
)
