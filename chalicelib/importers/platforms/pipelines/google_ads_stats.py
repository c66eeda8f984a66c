"""Google Ads: statistics of campaigns, ad groups and ads, as the API and its connectors give them.

Airbyte writes ``metrics.cost_micros`` and ``segments.date``, the SDK's tap nested objects, Stitch
and Fivetran ``cost_micros`` and ``date``.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from chalicelib.importers.platforms.pipelines.landed import NAMES_KEPT, Landed
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

CHANNEL = "google_ads"
LEVELS = ("campaign", "ad-group", "ad", "account")
"""Campaigns first: Performance Max has no ads and no ad groups, and accounts name no campaign."""

_MICROS = Decimal(1_000_000)
_DAY = ("segments_date", "date")
_COST = ("metrics_cost_micros", "cost_micros")
_CUSTOMER = ("customer_id", "external_customer_id")
_CAMPAIGN = ("campaign_id", "base_campaign_id")
_AD_GROUP = ("ad_group_id",)
_AD = ("ad_group_ad_ad_id", "ad_id")
_COUNTS = {
    "click": ("metrics_clicks", "clicks"),
    "impression": ("metrics_impressions", "impressions"),
    "view": ("metrics_video_views", "metrics_video_trueview_views", "video_views"),
}
_SEGMENTS = re.compile(
    r"segments_(?!date$).+|ad_network_type|device|hour|slot|click_type|day_of_week"
    r"|(?:keyword_)?ad_group_criterion|conversion_action.*|external_conversion_source"
    r"|geo_target_.*|product_.*|ad_destination_type"
)
_PERIODS = re.compile(r"(?:segments_)?(?:day_of_week|week|month|quarter|year)")
"""Parts of the date itself."""

_PARTS = re.compile(
    r"(?!metrics_|segments_)\w+_view_\w+|search_term|(?:ad_group_criterion_)?criterion_id"
    r"|ad_group_criterion_keyword_\w+|asset_(?:id|resource_name|field_type)|asset_group_\w+"
)
"""Fields of reports that show a part of the traffic, or parts that overlap."""

_ACTIONS = ("segments_conversion_action", "conversion_action")
_CLICK_TYPES = ("segments_click_type", "click_type")


def _recognise(names: Names) -> int:
    if names.isdisjoint((*_COUNTS["click"], *_COUNTS["impression"], *_COST)):
        return 0
    if "segments_date" in names:
        return 10 if any(name.startswith("metrics_") for name in names) else 0
    has_customer = not names.isdisjoint(_CUSTOMER)
    return 8 if has_customer and names >= {"date", "cost_micros"} else 0


@lru_cache(maxsize=NAMES_KEPT)
def _segments_of(names: tuple[str, ...]) -> tuple[str, ...]:
    """The fields that tell the parts of a day of an object apart."""
    return tuple(n for n in names if _SEGMENTS.fullmatch(n) and not _PERIODS.fullmatch(n))


@lru_cache(maxsize=NAMES_KEPT)
def _parts_of(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(filter(_PARTS.fullmatch, names))


def _level(landed: Landed) -> str:
    if landed.has(*_AD):
        return "ad"
    if landed.has(*_AD_GROUP, "ad_group") or (landed.has("campaign_id") and landed.has("id")):
        return "ad-group"
    return "campaign" if landed.has(*_CAMPAIGN, "id") else "account"


def _subject(landed: Landed) -> Subject:
    level = _level(landed)
    group = landed.name(*_AD_GROUP, "ad_group", "id").rpartition("/")[2]
    things: tuple[str, ...] = {
        "account": (),
        "campaign": (landed.name(*_CAMPAIGN, "id"),),
        "ad-group": (group,),
        "ad": (group, landed.name(*_AD)),
    }[level]
    segments = sorted(
        f"{name.removeprefix('segments_')}={value}"
        for name in _segments_of(tuple(landed.fields))
        if (value := landed.name(name))
    )
    day = landed.day(*_DAY)
    return subject_of(level, (*things, *segments), (day, day), landed.name(*_CUSTOMER))


def _reason(landed: Landed) -> str:
    """Why a record must not be summed with those of the campaigns; empty if it may be."""
    part = next(filter(landed.has, _parts_of(tuple(landed.fields))), "")
    if part:
        return f"a part of the traffic of the campaigns: a report by {part}"
    if landed.has(*_CLICK_TYPES):
        return "by click type: an impression is counted for each type of click on it"
    if landed.has(*_ACTIONS):
        return "by conversion action: clicks and costs are not in such records"
    return ""


def _convert(landed: Landed, subject: Subject, ledger: Ledger) -> Converted:
    counts = counts_of(landed, _COUNTS)
    micros = landed.amount(*_COST)
    if micros is None and not landed.knows(*_COST) and any(counts.values()):
        ledger.note("no cost_micros is in the record: what its clicks cost is not known")
    traffic = Traffic(
        subject,
        landed.name(*_CUSTOMER),
        counts,
        cost=None if micros is None else micros / _MICROS,
        currency=landed.name("customer_currency_code", "currency_code"),
        claimed=claim_of(landed, "metrics_conversions", "conversions"),
        worth=claim_of(landed, "metrics_conversions_value", "conversions_value"),
        campaign=landed.name(*_CAMPAIGN, "id") if subject.level != "account" else "",
        content=landed.name(*_AD) if subject.level == "ad" else "",
    )
    return booked(CHANNEL, traffic, ledger)


GOOGLE_ADS_STATS = Stream(
    platform=CHANNEL,
    holds_people=False,
    report="stats",
    title="Google Ads: statistics landed by a pipeline",
    looks_for=(
        "`metrics.cost_micros` and `segments.date`, as objects, with dots or with underscores; or "
        "`cost_micros`, `date` and `customer_id`"
    ),
    hint=re.compile(r"cost_?micros|segments", re.IGNORECASE),
    recognise=_recognise,
    reason=_reason,
    subject=_subject,
    convert=_convert,
    becomes=(
        Becomes("`metrics.clicks`", "`click` (paid)"),
        Becomes("`metrics.impressions`", "`impression` (paid)"),
        Becomes("`metrics.video_views`", "`view` (paid)"),
        Becomes(
            "`metrics.cost_micros`, a millionth of it, in `customer.currency_code`",
            "cost, with the clicks, else the impressions, else alone",
        ),
        Becomes(
            "`metrics.conversions`, `metrics.conversions_value`",
            "`claimed_conversions` of the summary; never events",
        ),
        Becomes("`segments.date`", "the day, in the account's time zone"),
        Becomes("`campaign.id`", "`campaign_id`, part of the event id"),
        Becomes("`ad_group_ad.ad.id`", "`content_id`, part of the event id"),
        Becomes("`customer.id`, `ad_group.id`, every other segment", "part of the event id"),
        Becomes(
            "records of keywords, search terms, places, assets, click types",
            "nothing: a part of the traffic, or parts that overlap",
        ),
    ),
    refused=(
        ("no_currency", "there is a cost, no currency in the record, and none was given"),
        ("invalid_date", "`segments.date` is no day"),
    ),
    notes=(
        "The campaign, ad group, ad and account streams hold the same clicks: point one of them at "
        "the bucket. The campaign stream has the most: Performance Max has no ads.",
        "Segments that are added to a stream later make new event ids for the days from then on.",
    ),
    levels=LEVELS,
)
