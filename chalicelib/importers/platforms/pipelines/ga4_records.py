"""Google Analytics 4: records of Data API reports, as written by connectors."""

from __future__ import annotations

import re
from functools import lru_cache

from chalicelib.importers.booking import Tally, book, conversion, money
from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.platforms.ga4_reports.ga4_channels import origin_of, split_source_medium
from chalicelib.importers.platforms.ga4_reports.ga4_rows import CHANNEL, PLATFORM
from chalicelib.importers.platforms.pipelines.landed import NAMES_KEPT, Landed
from chalicelib.importers.platforms.pipelines.streams import Ledger, Names, Stream, Subject
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.records.records import Converted
from chalicelib.importers.rows.row_engine import NO_NUMBERS
from chalicelib.importers.values.dates import start_of
from chalicelib.importers.values.event_identity import digest, object_key
from chalicelib.importers.values.values import count, currency_of, number

GOAL = "purchase"
_SESSIONS = "sessions"
_VIEWS = ("screen_page_views", "views")
_PURCHASES = ("ecommerce_purchases", "transactions")
_WORTH = ("purchase_revenue", "total_revenue")
_GROUP = ("session_default_channel_group", "session_default_channel_grouping")
_SOURCE, _MEDIUM = ("session_source",), ("session_medium",)
_BOTH = ("session_source_medium",)
_CAMPAIGN = ("session_campaign_name", "session_campaign")
_ORIGINS = (*_GROUP, *_SOURCE, *_MEDIUM, *_BOTH)
_PROPERTY = ("property_id", "property")
_DATE = ("date",)
_META = frozenset(
    {"property_id", "property", "uuid", "date", "start_date", "end_date", "is_data_golden"}
)
_DIMENSION = re.compile(
    r"(?:session|first_user|user|new_vs|manual|page|landing|host|full_page|unified|screen|country"
    r"|region|city|continent|device|browser|operating|platform|language|event_name|item|audience"
    r"|campaign|source|medium|default_channel|content|transaction_id|hour|day_of|mobile|app_version"
    r"|is_key_event|link_|file_|video_|search_term)(?:_?\w+)?"
)
_METRIC = re.compile(
    r"\w+_(?:users|per_\w+|rate|duration|count|revenue|views?|views_per_session|viewed|purchased"
    r"|purchases|quantity|value|clicks|list_\w+|to_\w+|conversions?)|sessions|engaged_sessions"
    r"|conversions|key_events|transactions|views|users|\w*active\w*"
)


def _dimensions(landed: Landed) -> dict[str, str]:
    """Return the dimensions of a record besides the day: name -> value."""
    return {name: landed.name(name) for name in _dimensions_of(tuple(landed.fields))}


@lru_cache(maxsize=NAMES_KEPT)
def _dimensions_of(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        name
        for name in names
        if name not in _META and _DIMENSION.fullmatch(name) and not _METRIC.fullmatch(name)
    )


def _recognise(names: Names) -> int:
    if "date" not in names:
        return 0
    has_sessions = _SESSIONS in names and not names.isdisjoint(_ORIGINS)
    return 7 if has_sessions or _VIEWS[0] in names else 0


def _reason(landed: Landed) -> str:
    dimensions = _dimensions(landed)
    others = [name for name in dimensions if name not in (*_ORIGINS, *_CAMPAIGN)]
    if others:
        return (
            f"repeats the visits of the report by channel, broken down by {sorted(others)[0][:40]}"
        )
    return ""


def _subject(landed: Landed) -> Subject:
    dimensions = sorted(_dimensions(landed).items())
    parts = [f"{name}={value}" for name, value in dimensions]
    day = landed.day(*_DATE)
    if landed.has("end_date") and landed.day("end_date") != landed.day("start_date", "end_date"):
        raise RowRejected("aggregate_period", "the record covers more than one day")
    level = "+".join(name.replace("_", "-") for name, _ in dimensions) or "overview"
    return Subject(
        object_key((landed.name(*_PROPERTY), level, *parts, f"{day}")),
        level,
        day,
        day,
        "sessions" if landed.has_field(*_ORIGINS) else "views",
    )


def _convert(landed: Landed, subject: Subject, ledger: Ledger) -> Converted:
    assert subject.first is not None
    account = landed.name(*_PROPERTY) or ledger.options.account
    campaign = landed.name(*_CAMPAIGN)
    if landed.has_field(*_ORIGINS):
        source, medium = landed.name(*_SOURCE), landed.name(*_MEDIUM)
        if landed.has(*_BOTH):
            source, medium = split_source_medium(landed.name(*_BOTH))
        origin = origin_of(landed.name(*_GROUP), source, medium)
        channel, paid, kind = origin.channel, origin.paid, "click"
        counts = {"click": count(landed.value(_SESSIONS), _SESSIONS)}
    else:
        channel, paid, kind = CHANNEL, False, "impression"
        counts = {"impression": count(landed.value(*_VIEWS), _VIEWS[0])}
    tally = Tally(
        channel=channel,
        report=f"api-{kind}",
        account=account,
        key=subject.key,
        ordinal=0,
        first=subject.first,
        last=subject.first,
        counts=counts,
        paid=paid,
        campaign_id="" if campaign in ("(not set)", "(direct)") else campaign,
    )
    events = list(book(tally))
    if kind == "click":
        purchases = count(landed.value(*_PURCHASES), _PURCHASES[0])
        worth = number(landed.value(*_WORTH), _WORTH[0])
        if worth and worth < 0:
            raise RowRejected("negative", "revenue is below zero")
        if worth and not purchases:
            raise RowRejected(
                "value_without_order", "the record has revenue but no number of purchases"
            )
        if purchases:
            value = None
            if worth:
                currency = currency_of(
                    landed.value("currency_code", "currency"), ledger.options.currency
                )
                value = money(worth, currency)
            parts = PLATFORM, "api", account or "-", digest(subject.key), GOAL
            at = start_of(subject.first)
            events.append(conversion(GOAL, at, *parts, value=value, count=purchases))
    return tuple(events) or NO_NUMBERS


GA4_RECORDS = Stream(
    platform=PLATFORM,
    holds_people=True,
    report="sessions",
    title="Google Analytics 4: reports landed by a pipeline",
    looks_for=(
        "`date` and `sessions` with `sessionDefaultChannelGroup`, `sessionSource` or "
        "`sessionMedium`; or `date` and `screenPageViews`"
    ),
    hint=re.compile(r"screen_?page_?views|session_?(?:default|source|medium)", re.IGNORECASE),
    recognise=_recognise,
    reason=_reason,
    subject=_subject,
    convert=_convert,
    becomes=(
        Becomes("`date`, such as 20260501 or 2026-05-01", "the day, in the property's time zone"),
        Becomes(
            "`sessions` by `sessionDefaultChannelGroup`, `sessionSource`, `sessionMedium`",
            "`click` of the channel that the session came from, as in downloaded reports",
        ),
        Becomes("`ecommercePurchases` by channel", "`conversion`s, goal `purchase`"),
        Becomes("`purchaseRevenue`, else `totalRevenue`", "their value"),
        Becomes(
            "`screenPageViews` of a report without dimensions (`website_overview`)",
            "`impression` of `company_blog`",
        ),
        Becomes("`sessionCampaignName`", "`campaign_id`, part of the event id"),
        Becomes("`property_id`", "part of the event id"),
        Becomes(
            "reports by page, device, place, item, event or first user",
            "nothing: they contain the same visits",
        ),
        Becomes("users, rates, averages, key events", "nothing"),
    ),
    rejected=(
        ("no_currency", "the record has revenue but no currency, and you did not pass one"),
        ("value_without_order", "the record has revenue but no number of purchases"),
        ("invalid_date", "`date` is not a day"),
    ),
    notes=(
        "Send only one report by channel to the bucket. Reports by channel group and by source "
        "and medium contain the same sessions.",
    ),
    lists_all_days=True,
)
