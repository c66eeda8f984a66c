"""The fields of a mapping: meanings of columns, and constants for every row."""

from __future__ import annotations

from typing import get_args

from chalicelib.model.events import EngagementType

ENGAGEMENTS: tuple[str, ...] = tuple(one for one in get_args(EngagementType) if one != "reply")
FIELD_MEANINGS = {
    "day": "the day, in any usual format",
    "time": "a time, instead of the day: with its UTC offset, or in the constant `time_zone`",
    "from": "first day of a period, with `to`; a period of several days is rejected or spread",
    "to": "last day of the period",
    "period": "a period in one cell: `1 June 2026 - 7 June 2026`, `June 2026`, `2026-W23`, "
    "`Q2 2026`",
    **{kind: f"number of `{kind}` engagements" for kind in ENGAGEMENTS},
    **{f"paid_{kind}": f"number of paid `{kind}` engagements" for kind in ENGAGEMENTS},
    "type": "the engagement type, in a table with one row per type or per engagement; platforms' "
    "own words are understood",
    "count": "the number of engagements of the row's type; 1 without this column",
    "rating": "stars of a `review`, 1 to 5",
    "sentiment": "-1 to 1",
    "reach": "followers of the person, of a single `share` or `mention`",
    "cost": "the cost of the row's engagements",
    "conversions": "conversions that happened (not those that an ad platform claims)",
    "value": "the value of the conversions; without a `conversions` column the row is one "
    "conversion",
    "refunded": "the refunded part of the row's value; it is subtracted from the value",
    "goal": "the conversion goal; `purchase` without this column",
    "audience": "followers, fans or subscribers on that day",
    "channel": "the channel",
    "campaign_id": "the campaign; part of the event id",
    "content_id": "the post, video or article, or the product of conversions and reviews; part of "
    "the event id",
    "region": "the region of the row's engagements and conversions, at most 64 characters; part of "
    "the event id",
    "account": "the platform's account; part of the event id",
    "event_id": "your own id of the row; part of the event id. A row without one, or with the id "
    "of an earlier row, is rejected",
    "parent_event_id": "the `event_id` of the share or mention that led to the row's engagement, "
    "in this file or in another one with such a column; empty if there is none",
    "user_id": "the person; replaced by a keyed hash before anything is stored",
    "consent": "whether the person consented to be identified; otherwise only the totals count the "
    "person's events",
    "currency": "the currency of cost and value",
    "paid": "true or false, for counts that are not `paid_...` fields",
    "ignored": "the column is intentionally not read",
}
"""Field -> what a column with this field contains."""

FIELDS = frozenset(FIELD_MEANINGS)
COUNTS = frozenset(ENGAGEMENTS) | {f"paid_{kind}" for kind in ENGAGEMENTS}
"""Fields of engagement counts by type; `paid_click` counts paid clicks."""

REPEATABLE = COUNTS | {"ignored"}
"""Fields that several columns may have; their counts are added up."""

DATES = frozenset({"day", "time", "from", "to", "period"})
"""Fields of dates."""

NUMBERS = COUNTS | {"cost", "value", "refunded", "conversions", "audience", "count", "reach"}
"""Fields of numbers."""

CONSTANT_MEANINGS = {
    "account": "the platform's account",
    "channel": "the channel of all rows",
    "currency": "the currency of cost and value",
    "goal": "the conversion goal",
    "paid": "`true` or `false`",
    "type": "the engagement type that each row is or counts",
    "campaign_id": "the campaign",
    "content_id": "the post, video or article, or the product",
    "region": "the region of all rows",
    "from": "first day of all rows, such as `2026-06-01`, if no column has a date; with `to`",
    "to": "last day of all rows",
    "year": "the year of days without one, such as `3 June` or `03.06.`: a whole number",
    "time_zone": "the time zone of times without an offset, such as `Europe/Berlin`. A time with "
    "an offset in a `day` column is dated to its day in this zone. An hour that occurs twice at "
    "the end of summer time is read as the first one. Days without a time are not converted",
}
"""Constant -> its meaning."""

CONSTANTS = frozenset(CONSTANT_MEANINGS)
EACH_ROW = ("conversion", *ENGAGEMENTS, *(f"paid_{kind}" for kind in ENGAGEMENTS))
"""What each row may count as."""

TO_FILL_IN = "FILL IN"
"""Beginning of texts that the user has to replace in a proposed mapping."""
