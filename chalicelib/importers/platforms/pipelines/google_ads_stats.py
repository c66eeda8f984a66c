"""Google Ads: statistics of campaigns, ad groups and ads, from the API and its connectors.

Airbyte writes ``metrics.cost_micros`` and ``segments.date``, Singer taps built with the Meltano SDK
write nested objects, and Stitch and Fivetran write ``cost_micros`` and ``date``.
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
"""Preferred levels. Performance Max has no ads or ad groups; accounts name no campaign."""

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
"""Fields derived from the date."""

_PARTS = re.compile(
    r"(?!metrics_|segments_)\w+_view_\w+|search_term|(?:ad_group_criterion_)?criterion_id"
    r"|ad_group_criterion_keyword_\w+|asset_(?:id|resource_name|field_type)|asset_group_\w+"
)
"""Fields of reports that contain a part of the traffic, or overlapping parts."""

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
    """Return the fields that distinguish several records of an object on the same day."""
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
    """Return why a record must not be summed with the campaign records; empty if it may be."""
    part = next(filter(landed.has, _parts_of(tuple(landed.fields))), "")
    if part:
        return f"part of the campaigns' traffic: a report by {part}"
    if landed.has(*_CLICK_TYPES):
        return "a report by click type, which counts an impression once per type of click"
    if landed.has(*_ACTIONS):
        return "a report by conversion action, whose records contain no clicks or costs"
    return ""


def _convert(landed: Landed, subject: Subject, ledger: Ledger) -> Converted:
    counts = counts_of(landed, _COUNTS)
    micros = landed.amount(*_COST)
    if micros is None and not landed.has_field(*_COST) and any(counts.values()):
        ledger.note("the record has no cost_micros, so the cost of its clicks is unknown")
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
        "`metrics.cost_micros` and `segments.date`, as nested objects or with dots or "
        "underscores; or `cost_micros`, `date` and `customer_id`"
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
            "`metrics.cost_micros`, divided by a million, in `customer.currency_code`",
            "the cost of the clicks, else of the impressions, else of a separate event",
        ),
        Becomes(
            "`metrics.conversions`, `metrics.conversions_value`",
            "`claimed_conversions` in the summary, never events",
        ),
        Becomes("`segments.date`", "the day, in the account's time zone"),
        Becomes("`campaign.id`", "`campaign_id`, part of the event id"),
        Becomes("`ad_group_ad.ad.id`", "`content_id`, part of the event id"),
        Becomes("`customer.id`, `ad_group.id`, every other segment", "part of the event id"),
        Becomes(
            "records by keyword, search term, place, asset or click type",
            "nothing: they contain a part of the traffic or overlapping parts",
        ),
    ),
    rejected=(
        ("no_currency", "the record has a cost but no currency, and you did not pass one"),
        ("invalid_date", "`segments.date` is not a day"),
    ),
    notes=(
        "The campaign, ad group, ad and account streams contain the same clicks. Send only one of "
        "them to the bucket. The campaign stream is the most complete, because Performance Max "
        "has no ads.",
        "If you add segments to a stream later, the days imported from then on get new event ids.",
    ),
    levels=LEVELS,
)
