"""Meta: the actions of ads, which Fivetran writes to a separate table from the insights."""

from __future__ import annotations

import re
from decimal import Decimal

from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.platforms.pipelines.landed import Landed
from chalicelib.importers.platforms.pipelines.meta_insights import (
    ACTIONS,
    CHANNEL,
    PURCHASES,
    breakdown_of,
)
from chalicelib.importers.platforms.pipelines.streams import Ledger, Names, Stream, Subject
from chalicelib.importers.platforms.pipelines.traffic import Traffic, booked, claim_of, subject_of
from chalicelib.importers.recognition.declarations import Becomes
from chalicelib.importers.records.records import Converted
from chalicelib.importers.values.values import count

_KEYS = {"ad_id", "date", "action_type", "value"}
CLICK = "link_click"
_LEVEL = "ad-actions"


def _recognise(names: Names) -> int:
    return 8 if names >= _KEYS and "spend" not in names else 0


def _reason(landed: Landed) -> str:
    part = breakdown_of(landed)
    if part:
        return f"repeats the actions of basic_ad_actions, broken down by {part}"
    action = landed.name("action_type")
    if action == CLICK:
        return "link clicks, which basic_ad contains"
    if action in ACTIONS or action == PURCHASES[0]:
        return ""
    return "an action that is not an engagement, or is included in another action"


def _subject(landed: Landed) -> Subject:
    ad = landed.name("ad_id")
    if not ad:
        raise RowRejected("missing_value", "ad_id is missing")
    day = landed.day("date")
    return subject_of(_LEVEL, (ad, landed.name("action_type")), (day, day), "")


def _convert(landed: Landed, subject: Subject, ledger: Ledger) -> Converted:
    action = landed.name("action_type")
    kind = ACTIONS.get(action, "")
    traffic = Traffic(
        subject,
        "",
        {kind: count(landed.numeral("value"), "value")} if kind else {},
        claimed=Decimal(0) if kind else claim_of(landed, "value"),
        content=landed.name("ad_id"),
    )
    converted = booked(CHANNEL, traffic, ledger)
    return converted if kind else f"{PURCHASES[0]}: added to the claimed conversions"


META_ACTIONS = Stream(
    platform=CHANNEL,
    holds_people=False,
    report="ads-actions",
    title="Meta Ads: basic_ad_actions landed by Fivetran",
    looks_for="`ad_id`, `date`, `action_type` and `value`",
    hint=re.compile(r"action_type"),
    recognise=_recognise,
    reason=_reason,
    subject=_subject,
    convert=_convert,
    becomes=(
        Becomes(
            "`post_reaction`, `comment`, `post`, `onsite_conversion.post_save`, `video_view`",
            "`like`, `comment`, `share`, `save`, `view` (paid)",
        ),
        Becomes("`like` (a like of the page)", "`follow`"),
        Becomes("`link_click`", "nothing: the table `basic_ad` contains the clicks"),
        Becomes("`omni_purchase`", "`claimed_conversions` in the summary, never events"),
        Becomes("`date`", "the day"),
        Becomes("`ad_id`", "`content_id`, part of the event id"),
        Becomes("any other action; tables with a breakdown", "nothing"),
    ),
    rejected=(
        ("missing_value", "`ad_id` or `date` is missing"),
        ("invalid_number", "`value` is not a number"),
    ),
    notes=(
        "Import it together with `basic_ad`, which contains the cost, the impressions and the "
        "clicks.",
    ),
)
