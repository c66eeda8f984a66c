"""What data pipelines land in a bucket."""

from __future__ import annotations

import gzip
import json

from tests.exports.files import lines
from tests.exports.pipeline_files import (
    Landing,
    ga4_sessions,
    google_stats,
    landed,
    linkedin_analytics,
    meta_insights,
    shopify_order,
    stripe_charge,
)

TEXTS: dict[str, tuple[str, str]] = {
    "airbyte google ads": (
        "google_ads",
        landed(
            google_stats(),
            google_stats(**{"segments.date": "2026-06-02", "metrics.clicks": 8}),
            Landing(google_stats(**{"metrics.clicks": 33}), 9),
        ),
    ),
    "airbyte meta insights csv": (
        "meta_ads",
        landed(
            meta_insights(),
            meta_insights(date_start="2026-06-02", date_stop="2026-06-02"),
            wrapper="airbyte flat",
            form="csv",
        ),
    ),
    "airbyte v1 shopify orders": (
        "shopify",
        landed(shopify_order(), shopify_order(id=5551002, test=True), wrapper="airbyte v1"),
    ),
    "airbyte csv of json": (
        "stripe",
        landed(stripe_charge(), stripe_charge(id="ch_3Q0002", currency="jpy"), form="csv"),
    ),
    "fivetran google ads": (
        "google_ads",
        landed(
            {
                "customer_id": 4411223344,
                "date": "2026-06-01",
                "id": 70123,
                "device": "MOBILE",
                "clicks": 31,
                "cost_micros": 18640000,
                "impressions": 990,
            },
            wrapper="fivetran",
            form="csv",
        ),
    ),
    "fivetran linkedin": (
        "linkedin_ads",
        landed(
            {
                "campaign_id": 25101,
                "day": "2026-06-01 00:00:00",
                "impressions": 512,
                "clicks": 6,
                "cost_in_local_currency": 18.4,
                "cost_in_usd": 20.1,
            },
            wrapper="fivetran",
            form="csv",
        ),
    ),
    "singer target linkedin": (
        "linkedin_ads",
        landed(linkedin_analytics(), wrapper="singer target", form="array"),
    ),
    "singer messages": (
        "shopify",
        lines({"type": "SCHEMA", "stream": "orders", "schema": {}, "key_properties": ["id"]})
        + landed(shopify_order(), stripe_charge(), wrapper="singer message")
        + json.dumps({"type": "STATE", "value": {}})
        + "\n",
    ),
    "airbyte messages ga4": (
        "ga4",
        landed(ga4_sessions(), wrapper="airbyte message"),
    ),
    "rudderstack": (
        "segment",
        lines(
            *(
                {
                    "type": kind,
                    "event": "Order Completed",
                    "rudderId": "r1",
                    "messageId": f"m{number}",
                    "anonymousId": "r1",
                    "originalTimestamp": "2026-06-01T10:00:00.000Z",
                    "sentAt": "2026-06-01T10:00:01.000Z",
                    "properties": {"order_id": "18", "revenue": 21.5, "currency": "EUR"},
                }
                for number, kind in enumerate(("page", "track"))
            )
        ),
    ),
}

BINARIES: dict[str, tuple[str, bytes]] = {
    "airbyte google ads gzip": (
        "google_ads",
        gzip.compress(
            landed(google_stats(), google_stats(**{"segments.hour": 3})).encode(), mtime=0
        ),
    ),
}
