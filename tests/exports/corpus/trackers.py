"""What a website's own tracking has seen."""

from __future__ import annotations

import json

from tests.exports.files import lines

TEXTS: dict[str, tuple[str, str]] = {
    "segment": (
        "segment",
        lines(
            {
                "type": "track",
                "event": "Order Completed",
                "messageId": "m1",
                "anonymousId": "a1",
                "timestamp": "2026-06-01T10:00:00Z",
                "receivedAt": "2026-06-01T10:00:01Z",
                "properties": {"order_id": "17", "total": 40.5, "currency": "EUR"},
            },
            {
                "type": "track",
                "event": "Page Read",
                "messageId": "m2",
                "timestamp": "2026-06-01T10:00:00Z",
                "receivedAt": "2026-06-01T10:00:01Z",
                "properties": {},
            },
        ),
    ),
    "meta conversions": (
        "meta_conversions",
        json.dumps(
            {
                "data": [
                    {
                        "event_name": "Purchase",
                        "event_time": 1780300800,
                        "event_id": "e1",
                        "action_source": "website",
                        "user_data": {"em": ["0" * 64]},
                        "custom_data": {"value": 40.5, "currency": "EUR"},
                    }
                ]
            }
        ),
    ),
    "ga4 bigquery": (
        "ga4",
        lines(
            {
                "event_date": "20260601",
                "event_timestamp": "1780300800000000",
                "event_name": "page_view",
                "event_params": [{"key": "ga_session_id", "value": {"int_value": "5"}}],
                "user_pseudo_id": "1.2",
            },
            {
                "event_date": "20260601",
                "event_timestamp": "1780300801000000",
                "event_name": "purchase",
                "event_params": [{"key": "currency", "value": {"string_value": "EUR"}}],
                "ecommerce": {"purchase_revenue": 12.5, "transaction_id": "T1"},
                "user_pseudo_id": "1.2",
            },
        ),
    ),
    "ga4 report": (
        "ga4",
        "# ----------------------------------------\n# Account: Brand\n# Property: Blog\n"
        "# ----------------------------------------\n\n# All Users\n# Start date: 20260601\n"
        "# End date: 20260603\nNth day,Views\n0000,10\n0001,12\n0002,9\n",
    ),
    "matomo by day": (
        "matomo",
        "Datum,Eindeutige Besucher,Besuche,Aktionen\n2026-06-01,8,10,31\n2026-06-02,9,12,40\n",
    ),
}
