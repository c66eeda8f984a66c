"""Meta: ads insights, from the Marketing API and its connectors."""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from functools import lru_cache
from typing import Any

from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.platforms.pipelines.landed import NAMES_KEPT, Landed
from chalicelib.importers.platforms.pipelines.streams import Ledger, Names, Stream, Subject
from chalicelib.importers.platforms.pipelines.traffic import Traffic, booked, counts_of, subject_of
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.records.records import Converted
from chalicelib.importers.values.values import count, list_of, name_of, number, record_of

CHANNEL = "meta_ads"
LEVELS = ("ad", "ad-set", "campaign", "account")

_FROM = ("date_start", "date")
_TO = ("date_stop", "date_start", "date")
_TYPICAL = ("actions", "inline_link_clicks", "adset_id", "account_id", "ad_id", "impressions")
_IDS = {"ad": ("ad_id",), "ad-set": ("adset_id",), "campaign": ("campaign_id",)}
_COUNTS = {"impression": ("impressions",), "click": ("inline_link_clicks",)}
ACTIONS = {
    "link_click": "click",
    "post_reaction": "like",
    "comment": "comment",
    "post": "share",
    "onsite_conversion.post_save": "save",
    "like": "follow",
    "video_view": "view",
}
"""Action type -> engagement type. Meta calls a like of the page *like* and a share *post*."""

PURCHASES = (
    "omni_purchase",
    "purchase",
    "offsite_conversion.fb_pixel_purchase",
    "onsite_conversion.purchase",
)
"""Only the first of these in a record counts, because each includes the later ones."""

_BREAKDOWN = re.compile(
    r"age|gender|country|region|dma|impression_device|publisher_platform|platform_position"
    r"|device_platform|product_id|hourly_stats_aggregated_by_.+|frequency_value|place_page_id"
    r"|user_segment_key|media_type|.+_asset|skan_.+|coarse_conversion_value|standard_event_content.*"
)
_PLAIN_ACTION = re.compile(
    r"action_type|action_destination|action_target_id|value|inline|dda|default|lifetime"
    r"|_?\d+_?d_(?:click|view|ev|engaged_view).*|skan_.+|incrementality.*"
)


def _recognise(names: Names) -> int:
    if names >= {"spend", "date_start", "date_stop"}:
        return 0 if names.isdisjoint(_TYPICAL) else 8
    return 6 if names >= {"spend", "date", "ad_id", "inline_link_clicks"} else 0


def _subject(landed: Landed) -> Subject:
    level = next((level for level, names in _IDS.items() if landed.has(*names)), "account")
    thing = landed.name(*_IDS[level]) if level in _IDS else ""
    days = landed.day(*_FROM), landed.day(*_TO)
    return subject_of(level, (thing,), days, landed.name("account_id"))


def _reason(landed: Landed) -> str:
    """Return why a record must not be summed with ads_insights; empty if it may be."""
    part = breakdown_of(landed)
    actions = list_of(landed.value("actions"))
    part = part or next((key for action in actions for key in _others_of(action)), "")
    return f"repeats the traffic of ads_insights, broken down by {part}" if part else ""


def _convert(landed: Landed, subject: Subject, ledger: Ledger) -> Converted:
    actions = _entries(landed.value("actions"))
    counts = Counter(counts_of(landed, _COUNTS))
    has_links = landed.has(*_COUNTS["click"])
    for action in actions:
        kind = ACTIONS.get(name_of(action.get("action_type")), "")
        if kind and not (kind == "click" and has_links):
            counts[kind] += count(action.get("value"), "the value of an action")
    if not has_links and not counts["click"] and not landed.has_field(*_COUNTS["click"], "actions"):
        counts["click"] = count(landed.value("clicks"), "clicks")
        if counts["click"]:
            ledger.note("the record has no link clicks, so clicks (all) are used")
    if not landed.has_field("actions") and landed.has_field("date_stop"):
        ledger.note("the record has no actions, so its likes and comments are unknown")
    traffic = Traffic(
        subject,
        landed.name("account_id"),
        counts,
        cost=landed.amount("spend"),
        currency=landed.name("account_currency", "currency"),
        claimed=_claimed(actions),
        worth=_claimed(_entries(landed.value("action_values"))),
        campaign=landed.name("campaign_id"),
        content=landed.name("ad_id"),
    )
    return booked(CHANNEL, traffic, ledger)


def breakdown_of(landed: Landed) -> str:
    """Return the breakdown of a record; empty if it has none."""
    return next(filter(landed.has, _breakdowns_of(tuple(landed.fields))), "")


@lru_cache(maxsize=NAMES_KEPT)
def _breakdowns_of(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(filter(_BREAKDOWN.fullmatch, names))


def _others_of(action: Any) -> list[str]:
    """Return the keys of an action that break it down further than its type."""
    keys = record_of(action).items()
    return [k[:40] for k, v in keys if v is not None and not _PLAIN_ACTION.fullmatch(k)]


def _entries(value: Any) -> list[dict[str, Any]]:
    """Return a list of actions; `RowRejected` for values whose counts would be lost."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
        raise RowRejected("malformed_record", "actions is not a list of objects")
    return [record_of(entry) for entry in list_of(value)]


def _claimed(actions: list[dict[str, Any]]) -> Decimal:
    sums: dict[str, Decimal] = {}
    for action in actions:
        kind = name_of(action.get("action_type"))
        if kind in PURCHASES:
            sums[kind] = sums.get(kind, Decimal(0)) + (
                number(action.get("value"), "the value of an action") or Decimal(0)
            )
    return next((sums[kind] for kind in PURCHASES if kind in sums), Decimal(0))


META_INSIGHTS = Stream(
    platform=CHANNEL,
    holds_people=False,
    report="ads-insights",
    title="Meta Ads: ads insights landed by a pipeline",
    looks_for="`spend` with `date_start` and `date_stop`, or with `date`, `ad_id` and "
    "`inline_link_clicks`",
    hint=re.compile(r"\bspend\b", re.IGNORECASE),
    recognise=_recognise,
    reason=_reason,
    subject=_subject,
    convert=_convert,
    becomes=(
        Becomes("`impressions`", "`impression` (paid)"),
        Becomes(
            "`inline_link_clicks`, else the action `link_click`, else `clicks`", "`click` (paid)"
        ),
        Becomes("the actions `post_reaction`, `comment`, `post`", "`like`, `comment`, `share`"),
        Becomes("the actions `onsite_conversion.post_save`, `video_view`", "`save`, `view`"),
        Becomes("the action `like` (a like of the page)", "`follow`"),
        Becomes("`spend` in `account_currency`", "the cost of the clicks, else of the impressions"),
        Becomes(
            "the actions `omni_purchase`, else `purchase`, and their `action_values`",
            "`claimed_conversions` in the summary, never events",
        ),
        Becomes(
            "`date_start`, `date_stop`",
            "the day; a longer period is rejected, unless you choose to spread it",
        ),
        Becomes(
            "`campaign_id`, `ad_id`, `account_id`",
            "`campaign_id`, `content_id`; part of the event id",
        ),
        Becomes(
            "records with a breakdown (`age`, `gender`, `country`, `publisher_platform`, …) or "
            "with actions by reaction, device, card, …",
            "nothing: they repeat the traffic of ads_insights",
        ),
        Becomes(
            "`reach`, `frequency`, `ctr`, `cpc`, unique actions", "nothing: they cannot be summed"
        ),
    ),
    rejected=(
        ("aggregate_period", "the record covers several days, unless you choose to spread it"),
        (
            "no_currency",
            "the record has spend but no `account_currency`, and you did not pass a currency",
        ),
        ("malformed_record", "`actions` is not a list of objects"),
    ),
    notes=(
        "Send the stream `ads_insights` to the bucket, by day. Streams with a breakdown repeat "
        "the same traffic. Their records are skipped, and the summary names the breakdown.",
    ),
    levels=LEVELS,
)
