"""The words of a mapping: what a column may mean, and what may be the same in every row."""

from __future__ import annotations

from typing import get_args

from chalicelib.model.events import EngagementType

ENGAGEMENTS: tuple[str, ...] = tuple(one for one in get_args(EngagementType) if one != "reply")
FIELD_MEANINGS = {
    "day": "the day, in any usual form",
    "time": "a time, in place of the day: with its offset from UTC, or in the constant `time_zone`",
    "from": "first day of a period, with `to`; longer than a day it is refused or spread",
    "to": "last day of the period",
    "period": "both in one cell: `1 June 2026 - 7 June 2026`, `June 2026`, `2026-W23`, `Q2 2026`",
    **{kind: f"how many engagements of the type `{kind}`" for kind in ENGAGEMENTS},
    **{f"paid_{kind}": f"how many paid engagements of the type `{kind}`" for kind in ENGAGEMENTS},
    "type": "the type, in a row per type or per engagement; platforms' own words are understood",
    "count": "how many there are of the row's type; without it one",
    "rating": "stars of a `review`, 1 to 5",
    "sentiment": "-1 to 1",
    "cost": "what the row's engagements cost",
    "conversions": "conversions that happened (not those that an ad platform claims)",
    "value": "their value; without a column for their number the row is one conversion",
    "refunded": "how much of the row's value was paid back; it is taken off the value",
    "goal": "the conversions' goal; `purchase` without it",
    "audience": "followers, fans or subscribers on that day",
    "channel": "the channel",
    "campaign_id": "the campaign; part of the event id",
    "content_id": "the post, video or article; part of the event id",
    "account": "the platform's account; part of the event id",
    "event_id": "an id of your own for the row; part of the event id. A row without one, or with "
    "that of an earlier row, is rejected",
    "user_id": "the person; replaced by a keyed hash before anything is stored",
    "consent": "whether the person agreed to be known; without a yes only the totals count them",
    "currency": "the currency of cost and value",
    "paid": "true or false, for counts that do not say it themselves",
    "ignored": "nothing: the column is not read, on purpose",
}
"""Field -> what a column of it holds."""

FIELDS = frozenset(FIELD_MEANINGS)
COUNTS = frozenset(ENGAGEMENTS) | {f"paid_{kind}" for kind in ENGAGEMENTS}
"""Fields that hold how many engagements of a type there were; `paid_click` is a paid one."""

REPEATABLE = COUNTS | {"ignored"}
"""Fields that several columns may have; counts are added up."""

DATES = frozenset({"day", "time", "from", "to", "period"})
"""Fields that say when."""

NUMBERS = COUNTS | {"cost", "value", "refunded", "conversions", "audience", "count"}
"""Fields of numbers."""

CONSTANT_MEANINGS = {
    "account": "the platform's account",
    "channel": "the channel of all rows",
    "currency": "of cost and value",
    "goal": "of the conversions",
    "paid": "`true` or `false`",
    "type": "the type of engagement that each row is, or counts",
    "campaign_id": "the campaign",
    "content_id": "the post, video or article",
    "from": "first day of all rows, as `2026-06-01`, where no column says when; with `to`",
    "to": "last day of all rows",
    "year": "of days without a year, as `3 June` or `03.06.`: a whole number",
    "time_zone": "of times without an offset, as `Europe/Berlin`; a time with an offset in the "
    "column `day` is on the day that it is there. An hour that the end of summer time repeats is "
    "taken as the first. Days without a time stay the days that they are",
}
"""Constant -> what it is."""

CONSTANTS = frozenset(CONSTANT_MEANINGS)
EACH_ROW = ("conversion", *ENGAGEMENTS, *(f"paid_{kind}" for kind in ENGAGEMENTS))
"""What each row may count one of."""

TO_FILL_IN = "FILL IN"
"""How a text begins that somebody has yet to write: a proposal has it where no heading tells."""
