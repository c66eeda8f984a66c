"""Generated landing files: records of streams in the envelopes of pipelines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.importers.files import Read

Record = dict[str, Any]

MINUTE = 60_000_000
START = 1_781_000_000_000_000
"""An evening in June 2026, in microseconds since 1970."""


@dataclass(frozen=True)
class Landing:
    """A record, and the minutes from the start of the sync to its extraction."""

    record: Record
    minute: int = 0
    deleted: bool = False


def landings(*records: Record | Landing) -> list[Landing]:
    """Return landings; bare records are extracted one minute after each other."""
    return [
        one if isinstance(one, Landing) else Landing(one, minute)
        for minute, one in enumerate(records)
    ]


def _micros(landing: Landing) -> int:
    return START + landing.minute * MINUTE


def _stamp(landing: Landing) -> str:
    return f"2026-06-09T10:{landing.minute:02}:00.250Z"


def airbyte_nested(landing: Landing) -> Record:
    """Airbyte version 2, not flattened."""
    deleted = {"_ab_cdc_deleted_at": _stamp(landing)} if landing.deleted else {}
    return {
        "_airbyte_raw_id": f"raw-{landing.minute}",
        "_airbyte_extracted_at": _micros(landing) // 1000,
        "_airbyte_generation_id": 3,
        "_airbyte_meta": {"changes": [], "sync_id": 91},
        "_airbyte_data": landing.record | deleted,
    }


def airbyte_flat(landing: Landing) -> Record:
    """Airbyte version 2, flattened at the root."""
    nested = airbyte_nested(landing)
    return nested | nested.pop("_airbyte_data")


def airbyte_old(landing: Landing) -> Record:
    """Airbyte version 1."""
    deleted = {"_ab_cdc_deleted_at": _stamp(landing)} if landing.deleted else {}
    return {
        "_airbyte_ab_id": f"ab-{landing.minute}",
        "_airbyte_emitted_at": str(_micros(landing) // 1000),
        "_airbyte_data": landing.record | deleted,
    }


def airbyte_message(landing: Landing) -> Record:
    """A message of an Airbyte source."""
    deleted = {"_ab_cdc_deleted_at": _stamp(landing)} if landing.deleted else {}
    record = {"stream": "some", "data": landing.record | deleted}
    return {"type": "RECORD", "record": record | {"emitted_at": _micros(landing) // 1000}}


def singer_message(landing: Landing) -> Record:
    """A message of a Singer tap."""
    deleted = {"_sdc_deleted_at": _stamp(landing)} if landing.deleted else {}
    return {
        "type": "RECORD",
        "stream": "some",
        "record": landing.record | deleted,
        "time_extracted": _stamp(landing),
    }


def singer_target(landing: Landing) -> Record:
    """A line from target-s3 or Stitch."""
    return landing.record | {
        "_sdc_extracted_at": _stamp(landing),
        "_sdc_batched_at": _stamp(Landing({}, 59)),
        "_sdc_sequence": _micros(landing) // 1000,
        "_sdc_deleted_at": _stamp(landing) if landing.deleted else None,
    }


def fivetran(landing: Landing) -> Record:
    """A line with Fivetran's columns."""
    return landing.record | {
        "_fivetran_synced": _stamp(landing).replace("T", " ").removesuffix("Z"),
        "_fivetran_deleted": landing.deleted,
    }


WRAPPERS: dict[str, Callable[[Landing], Record]] = {
    "airbyte": airbyte_nested,
    "airbyte flat": airbyte_flat,
    "airbyte v1": airbyte_old,
    "airbyte message": airbyte_message,
    "singer message": singer_message,
    "singer target": singer_target,
    "fivetran": fivetran,
}


def as_lines(lines: Iterable[Record]) -> str:
    """Return JSON Lines."""
    return "".join(json.dumps(line) + "\n" for line in lines)


def as_array(lines: Iterable[Record]) -> str:
    """Return one JSON array."""
    return json.dumps(list(lines))


def as_csv(lines: Iterable[Record]) -> str:
    """CSV with objects and arrays as JSON."""
    rows = list(lines)
    header = list(dict.fromkeys(key for row in rows for key in row))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_cell(row.get(key)) for key in header])
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return json.dumps(value)
    return json.dumps(value) if isinstance(value, bool) else str(value)


FORMS: dict[str, Callable[[Iterable[Record]], str]] = {
    "lines": as_lines,
    "array": as_array,
    "csv": as_csv,
}


def is_table(wrapper: str) -> bool:
    """Whether a pipeline can also write its lines as CSV."""
    return "message" not in wrapper


def landed(*records: Record | Landing, wrapper: str = "airbyte", form: str = "lines") -> str:
    """Return a landing file."""
    return FORMS[form](map(WRAPPERS[wrapper], landings(*records)))


def google_stats(**over: Any) -> Record:
    """Return a day of a campaign, as written by Airbyte's source."""
    return {
        "campaign.id": 70123,
        "campaign.name": "Chairs",
        "campaign.status": "ENABLED",
        "customer.id": 4411223344,
        "customer.currency_code": "EUR",
        "metrics.clicks": 31,
        "metrics.impressions": 990,
        "metrics.cost_micros": 18_640_000,
        "metrics.conversions": 1.5,
        "metrics.conversions_value": 120.25,
        "segments.date": "2026-06-01",
        "segments.ad_network_type": "SEARCH",
    } | over


def meta_insights(**over: Any) -> Record:
    """Return a day of an ad, as written by Airbyte's source."""
    return {
        "account_id": "9001",
        "account_currency": "EUR",
        "campaign_id": "61",
        "adset_id": "62",
        "ad_id": "63",
        "ad_name": "Sofa",
        "date_start": "2026-06-01",
        "date_stop": "2026-06-01",
        "impressions": "2040",
        "clicks": 88,
        "inline_link_clicks": 52,
        "reach": 1800,
        "spend": 33.21,
        "actions": [
            {"action_type": "link_click", "value": 52, "7d_click": 50, "1d_view": 2},
            {"action_type": "post_reaction", "value": 17},
            {"action_type": "comment", "value": 4},
            {"action_type": "post", "value": 3},
            {"action_type": "like", "value": 6},
            {"action_type": "video_view", "value": 210},
            {"action_type": "post_engagement", "value": 286},
            {"action_type": "purchase", "value": 2},
            {"action_type": "omni_purchase", "value": 3},
        ],
        "action_values": [{"action_type": "omni_purchase", "value": 141.5}],
    } | over


def linkedin_analytics(**over: Any) -> Record:
    """Return a day of a campaign, as written by Airbyte's source."""
    return {
        "pivotValue": "urn:li:sponsoredCampaign:25101",
        "pivotValues": ["urn:li:sponsoredCampaign:25101"],
        "start_date": "2026-06-01",
        "end_date": "2026-06-01",
        "impressions": 5120.0,
        "clicks": 64.0,
        "reactions": 9.0,
        "comments": 2.0,
        "shares": 1.0,
        "follows": 5.0,
        "viralImpressions": 40.0,
        "costInLocalCurrency": "180.40",
        "costInUsd": "201.15",
        "externalWebsiteConversions": 4,
    } | over


def shopify_order(**over: Any) -> Record:
    """Return an order, as written by Airbyte's source."""
    return {
        "id": 5551001,
        "name": "#2001",
        "email": "ada@example.org",
        "test": False,
        "financial_status": "paid",
        "created_at": "2026-06-01T09:30:00+02:00",
        "updated_at": "2026-06-01T09:31:00+02:00",
        "cancelled_at": None,
        "currency": "EUR",
        "total_price": "84.90",
        "current_total_price": "84.90",
        "refunds": [],
        "customer": {"first_name": "Ada", "last_name": "Lovelace"},
    } | over


def stripe_charge(**over: Any) -> Record:
    """Return a charge, as written by Airbyte's source."""
    return {
        "id": "ch_3Q0001",
        "object": "charge",
        "amount": 7350,
        "amount_captured": 7350,
        "amount_refunded": 0,
        "captured": True,
        "created": 1_780_311_600,
        "currency": "eur",
        "livemode": True,
        "paid": True,
        "refunded": False,
        "status": "succeeded",
        "billing_details": {"name": "Ada Lovelace", "email": "ada@example.org"},
    } | over


def ga4_sessions(**over: Any) -> Record:
    """Return a day of a channel, as written by Airbyte's source."""
    return {
        "property_id": "310001",
        "date": "20260601",
        "sessionDefaultChannelGroup": "Organic Search",
        "sessions": 210,
        "totalUsers": 190,
        "screenPageViews": 450,
        "ecommercePurchases": 3,
        "purchaseRevenue": 260.5,
    } | over


MAKERS: dict[str, tuple[Callable[..., Record], str]] = {
    "google": (google_stats, "google_ads"),
    "meta": (meta_insights, "meta_ads"),
    "linkedin": (linkedin_analytics, "linkedin_ads"),
    "shopify": (shopify_order, "shopify"),
    "stripe": (stripe_charge, "stripe"),
    "ga4": (ga4_sessions, "ga4"),
}


WAYS = [
    (wrapper, form) for wrapper in WRAPPERS for form in FORMS if form != "csv" or is_table(wrapper)
]


PEOPLE = ("ada@", "Ada", "Lovelace")


def value_of(result: Read) -> Decimal:
    return sum(
        (
            Decimal(e["value"]["amount"]) * (-1 if e.get("refund") else 1)
            for e in result.stored
            if "value" in e
        ),
        Decimal(0),
    )


def reasons(result: Read) -> list[str]:
    return [outcome.reason for outcome in result.not_data]


def codes(result: Read) -> list[str]:
    return [outcome.code for outcome in result.rejected]
