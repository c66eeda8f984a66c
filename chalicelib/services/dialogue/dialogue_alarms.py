"""Days with unusually much criticism, as messages for a webhook; each day once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Literal

from typing_extensions import TypedDict

from chalicelib.model.days import zone_of
from chalicelib.services.answer_fields import Day
from chalicelib.services.dialogue.dialogue_answer import DialogueAlarm
from chalicelib.services.dialogue.dialogue_asking import dialogue
from chalicelib.services.dialogue.dialogue_numbers import DialogueAnalysis, analyse_dialogue
from chalicelib.services.dialogue.dialogue_question import Asked
from chalicelib.storage.tenant_store import TenantStore

LOOKED_AT_DAYS = 3
"""Days until now whose alarms are announced; late imports may complete the earlier ones."""


class AlarmMessage(TypedDict):
    """The body of a webhook. Slack shows its `text`."""

    event: Literal["dialogue_alarm"]
    text: str
    tenant: str
    day: Day
    verdict: Literal["shitstorm"]
    criticism: int
    usual: float
    usual_high: float
    contents: list[str]


def new_alarms(
    store: TenantStore, *, now: dt.datetime, analyse_by: DialogueAnalysis = analyse_dialogue
) -> Iterator[AlarmMessage]:
    """Yield the alarms of the last days that were not announced before, and record them.

    An alarm is recorded before it is yielded: a process that ends in between loses it, which is
    better than sending it twice.

    Raises
    ------
    StoreUnavailable
        As for `dialogue_asking.dialogue`.
    """
    today = now.astimezone(zone_of(store.config.time_zone) or dt.UTC).date()
    first = today - dt.timedelta(days=LOOKED_AT_DAYS - 1)
    asked = Asked(start=first, end=today, as_of=now)
    answer = dialogue(store, asked, now=now, analyse_by=analyse_by)
    for alarm in answer["alarms"]:
        is_storm = alarm["verdict"] == "shitstorm"
        if is_storm and store.announced.claim(dt.date.fromisoformat(alarm["day"]), now=now):
            yield _message(store.tenant, alarm)


def _message(tenant: str, alarm: DialogueAlarm) -> AlarmMessage:
    usual, high = alarm["usual"] or 0.0, alarm["usual_high"] or 0.0
    count = alarm["criticism"] or 0
    about = f", most of it about {', '.join(alarm['contents'])}" if alarm["contents"] else ""
    return {
        "event": "dialogue_alarm",
        "text": f"Likeworth: unusually much criticism on {alarm['day']}: {count} critical messages "
        f"(usually {usual:.0f}, up to {high:.0f}){about}.",
        "tenant": tenant,
        "day": alarm["day"],
        "verdict": "shitstorm",
        "criticism": count,
        "usual": usual,
        "usual_high": high,
        "contents": alarm["contents"],
    }
