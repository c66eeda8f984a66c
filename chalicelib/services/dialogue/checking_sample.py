"""GET /v1/dialogue/sample: messages drawn by lot, for a person to check. Needs no numpy.

The lot of a message is a hash of its id. So a repeated request draws the same messages, a larger
sample contains a smaller one, and messages that have been checked since keep their place.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from chalicelib.attribution.dialogue.bounded import class_said
from chalicelib.model.days import stamp
from chalicelib.services.answer_fields import Channel, Count, Instant, Period
from chalicelib.services.answer_tables import Row, Table
from chalicelib.services.dialogue.dialogue_asking import read_asked
from chalicelib.services.dialogue.dialogue_question import Asked
from chalicelib.services.dialogue.talk import REPLY, Message
from chalicelib.storage.tenant_store import TenantStore

DEFAULT_SAMPLE, MAX_SAMPLE = 100, 2_000
Said = Literal["negative", "neutral", "positive"]
CLASSES: tuple[Said, ...] = ("negative", "neutral", "positive")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class SampledMessage(TypedDict):
    """A message to check: send its event again with `sentiment_checked`."""

    event_id: str
    occurred_at: Instant
    channel: Channel
    type: str
    content_id: str | None
    classified: Said
    checked: Annotated[bool, Field(description="Whether a person has checked it already.")]


class SampledClass(TypedDict):
    """How many messages of a class were drawn."""

    classified: Said
    messages: Count
    drawn: Count
    to_check: Count


class DialogueSample(Period):
    """Messages drawn by lot within each class of the classifier."""

    classes: list[SampledClass]
    messages: list[SampledMessage]


SAMPLE_TABLE = Table(SampledMessage)


def sample_rows(answer: DialogueSample) -> Iterator[Row]:
    """One row for each message."""
    return SAMPLE_TABLE.rows(answer["messages"])


def draw_sample(store: TenantStore, asked: Asked, *, size: int, now: dt.datetime) -> DialogueSample:
    """Draw messages of a range for a person to check, by lot within each class said.

    Stars need no check, so messages with a rating are left out. Half of the sample is drawn from
    the classes in equal parts, because a rare class needs checks too; half in proportion.

    Raises
    ------
    InvalidFields, StoreUnavailable
        As for `dialogue_asking.dialogue`.
    """
    asked.check()
    ranges, read = read_asked(store, asked, now=now)
    begin, end = ranges.midnight(ranges.start), ranges.midnight(ranges.end + dt.timedelta(days=1))
    by_class: dict[Said, list[Message]] = defaultdict(list)
    for one in read.talk.messages:
        at = _EPOCH + dt.timedelta(microseconds=one.at)
        if one.type == REPLY or one.about is not None or one.rating is not None:
            continue
        if not begin <= at < end or at > ranges.as_of or one.sentiment is None:
            continue
        if asked.channel in (None, one.channel):
            by_class[CLASSES[class_said(one.sentiment, asked.criticism)]].append(one)
    sizes = allot(size, [len(by_class[said]) for said in CLASSES])
    drawn = {
        said: sorted(by_class[said], key=_lot)[:number]
        for said, number in zip(CLASSES, sizes, strict=True)
    }
    return {
        "from": ranges.start.isoformat(),
        "to": ranges.end.isoformat(),
        "classes": [
            {
                "classified": said,
                "messages": len(by_class[said]),
                "drawn": len(drawn[said]),
                "to_check": sum(one.checked is None for one in drawn[said]),
            }
            for said in CLASSES
        ],
        "messages": [_shown(one, said) for said in CLASSES for one in drawn[said]],
    }


def allot(size: int, available: Sequence[int]) -> list[int]:
    """Divide a sample between classes: half in equal parts, half in proportion to their messages.

    What a class lacks is given to the others.
    """
    left = min(size, sum(available))
    given = [0] * len(available)
    total = sum(available)
    wished = [
        0.0 if not total else size * (0.5 / len(available) + 0.5 * one / total) for one in available
    ]
    while left:
        # the class that is furthest below its part
        place = max(
            (n for n in range(len(given)) if given[n] < available[n]),
            key=lambda n: (wished[n] - given[n], -n),
        )
        given[place] += 1
        left -= 1
    return given


def _lot(message: Message) -> bytes:
    return hashlib.sha256(message.event_id.encode()).digest()


def _shown(message: Message, said: Said) -> SampledMessage:
    return {
        "event_id": message.event_id,
        "occurred_at": stamp(_EPOCH + dt.timedelta(microseconds=message.at)),
        "channel": message.channel,
        "type": message.type,
        "content_id": message.content_id,
        "classified": said,
        "checked": message.checked is not None,
    }
