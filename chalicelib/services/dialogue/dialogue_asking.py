"""Answer a question about the dialogue, for a tenant or from events that were read elsewhere."""

from __future__ import annotations

import dataclasses
import datetime as dt

from chalicelib.model.days import zone_of
from chalicelib.services.dialogue.dialogue_answer import Dialogue, show_dialogue
from chalicelib.services.dialogue.dialogue_numbers import DialogueAnalysis, analyse_dialogue
from chalicelib.services.dialogue.dialogue_question import Asked, Ranges, prepare, ranges_of
from chalicelib.services.dialogue.stored_talk import ReadTalk, read_talk
from chalicelib.services.dialogue.threads import reached
from chalicelib.storage.tenant_store import TenantStore

_SEARCHED_DAYS = (40, 1_100)
"""Days until now in which the last day with events is searched, the usual number first."""


def dialogue(
    store: TenantStore,
    asked: Asked,
    *,
    now: dt.datetime,
    analyse_by: DialogueAnalysis = analyse_dialogue,
) -> Dialogue:
    """What people say about a tenant, and how it answers, in the shape of ``GET /v1/dialogue``.

    Parameters
    ----------
    analyse_by : callable, optional
        Makes the numbers, here or in another process.

    Raises
    ------
    InvalidFields
        If the question is invalid, or asks for too many messages.
    StoreUnavailable
        If too many of the days have no derived messages yet.
    """
    asked.check()
    ranges, read = read_asked(store, asked, now=now)
    return answer_dialogue(read, asked, ranges, analyse_by=analyse_by)


def read_asked(store: TenantStore, asked: Asked, *, now: dt.datetime) -> tuple[Ranges, ReadTalk]:
    """Read the messages that a question is about; raises the errors of `dialogue`."""
    last_day = None if asked.as_of is not None else _last_day(store, now)
    zone = zone_of(store.config.time_zone)
    ranges = ranges_of(asked, last_day=last_day, zone=zone, now=now)
    read = read_talk(store, *ranges.utc_days(), now=now)
    if read.fresh_until is not None and read.fresh_until < ranges.as_of:
        ranges = dataclasses.replace(ranges, as_of=read.fresh_until)
    return ranges, read


def answer_dialogue(
    read: ReadTalk,
    asked: Asked,
    ranges: Ranges,
    *,
    analyse_by: DialogueAnalysis = analyse_dialogue,
) -> Dialogue:
    """Answer from messages; raises InvalidFields if they are too many."""
    prepared = prepare(read, asked, ranges)
    return show_dialogue(
        prepared,
        analyse_by(prepared.question),
        reached(read.talk),
        channel=asked.channel,
        changes_awaited=read.fresh_until is not None,
        has_data=bool(read.days),
    )


def _last_day(store: TenantStore, now: dt.datetime) -> dt.date | None:
    """The last UTC day until now that is known to have events."""
    today = now.date()
    for days in _SEARCHED_DAYS:
        found = [
            one.day
            for one in store.totals.derived_between(today - dt.timedelta(days=days), today)
            if one.reading is not None and one.reading.events
        ]
        if found:
            return max(found)
    return None
