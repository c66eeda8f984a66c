"""What the rows of a mapped file are about: the settled part of their events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from chalicelib.importers.mappings.mapped_words import agrees, slug_of, truth_of, type_of
from chalicelib.importers.mappings.mapping import Mapping
from chalicelib.importers.mappings.mapping_fields import COUNTS
from chalicelib.importers.outcomes import RowRefused
from chalicelib.importers.recognition.recognition import Options
from chalicelib.importers.values.cells import bare_id, is_blank
from chalicelib.importers.values.event_identity import (
    code_of,
    digest,
    event_id,
    object_key,
    short_name,
)

PLATFORM = "mapped"
_THING_FIELDS = (
    *("channel", "account", "campaign_id", "content_id", "currency"),
    *("type", "paid", "goal", "user_id", "event_id", "consent"),
)
_THINGS_KEPT = 5_000

Cells = Sequence[str]


@dataclass(frozen=True, slots=True)
class Thing:
    """What rows are about: the settled part of their events."""

    prefix: str
    code: int
    channel: str
    type: str
    goal: str
    paid: bool
    currency: str
    user: str
    consents: bool
    account: str
    campaign: str
    content: str
    key: str


class Things:
    """The things of a file, each settled once.

    Parameters
    ----------
    at : dict of str to int
        Field -> index of its column.
    """

    def __init__(self, mapping: Mapping, at: dict[str, int], options: Options) -> None:
        self._at = at
        self._constants = mapping.constants
        self._account = str(mapping.constants.get("account", options.account))
        self._known: dict[Any, Thing] = {}
        cells = [at[field] for field in _THING_FIELDS if field in at]
        self._cells = itemgetter(*cells) if cells else None
        self._has_type = "type" in at or "type" in mapping.constants
        self._needs_channel = (
            self._has_type
            or mapping.each_row not in ("", "conversion")
            or any(field in COUNTS for field in mapping.columns.values())
            or "cost" in at
            or "audience" in at
        )

    def of(self, cells: Cells) -> Thing:
        """What a row is about; raises `RowRefused`."""
        key = self._cells(cells) if self._cells else ""
        thing = self._known.get(key)
        if thing is None:
            thing = self._settle(cells)
            if len(self._known) >= _THINGS_KEPT:
                self._known.clear()
            self._known[key] = thing
        return thing

    def _settle(self, cells: Cells) -> Thing:
        texts = {field: self._text(field, cells) for field in _THING_FIELDS}
        if "event_id" in self._at and not texts["event_id"]:
            raise RowRefused(
                "missing_value",
                "the event_id is empty: fill it in, or leave the column out of the mapping",
            )
        channel = slug_of(texts["channel"]) if texts["channel"] else ""
        goal = slug_of(texts["goal"] or "purchase")
        if self._needs_channel and not channel:
            raise RowRefused("missing_value", "the row has no channel")
        account = texts["account"] or self._account
        names = [texts[f] for f in ("campaign_id", "content_id", "type", "user_id", "event_id")]
        key = digest(object_key([*names, goal]))
        return Thing(
            prefix=event_id(channel or PLATFORM, PLATFORM, digest(account)[:8], key),
            code=code_of(object_key([channel, account, key])),
            channel=channel,
            type=type_of(texts["type"]) if self._has_type else "",
            goal=goal,
            paid=truth_of(texts["paid"]),
            currency=texts["currency"].upper(),
            user=texts["user_id"],
            consents="consent" not in self._at or agrees(texts["consent"]),
            account=account,
            campaign=short_name(texts["campaign_id"]),
            content=short_name(texts["content_id"]),
            key=key,
        )

    def _text(self, field: str, cells: Cells) -> str:
        if field in self._at and not is_blank(cells[self._at[field]]):
            return bare_id(cells[self._at[field]])
        if field in ("currency", "account"):
            return ""  # the caller's word for a row that has none of its own
        return str(self._constants.get(field, ""))
