"""The subjects of the rows of a mapped file, from columns and constants of the mapping."""

from __future__ import annotations

from typing import Any

from chalicelib.importers.booking import base_event
from chalicelib.importers.mappings.mapped_words import agrees, slug_of, truth_of, type_of
from chalicelib.importers.mappings.mapping import Mapping
from chalicelib.importers.mappings.mapping_fields import COUNTS
from chalicelib.importers.outcomes import RowRejected
from chalicelib.importers.rows.row_plan import Cells, RowPlan
from chalicelib.importers.rows.row_subjects import (
    SUBJECTS_KEPT,
    Bases,
    Subject,
    Subjects,
    weights_of,
)
from chalicelib.importers.values.cells import bare_id, is_blank
from chalicelib.importers.values.event_identity import (
    code_of,
    digest,
    event_id,
    object_key,
    short_name,
)

PLATFORM = "mapped"
_FIELDS = (
    *("channel", "account", "campaign_id", "content_id", "currency"),
    *("type", "paid", "goal", "user_id", "event_id", "consent", "parent_event_id", "region"),
)


class MappedSubjects(Subjects):
    """The subjects of a mapped file.

    Parameters
    ----------
    at : dict of str to int
        Field -> index of its column.
    """

    def __init__(self, plan: RowPlan, mapping: Mapping, at: dict[str, int]) -> None:
        super().__init__(tuple(at[field] for field in _FIELDS if field in at))
        self._plan = plan
        self._at = at
        self._constants = mapping.constants
        self._bases: dict[tuple[str, str, bool], Bases] = {}
        self._has_type = "type" in at or "type" in mapping.constants
        self._needs_channel = (
            self._has_type
            or mapping.each_row not in ("", "conversion")
            or any(field in COUNTS for field in mapping.columns.values())
            or "cost" in at
            or "audience" in at
        )

    def settle(self, key_cells: Any, cells: Cells) -> Subject:
        """Return the subject of a row from its cells; raise `RowRejected`."""
        texts = {field: self._text(field, cells) for field in _FIELDS}
        if "event_id" in self._at and not texts["event_id"]:
            raise RowRejected(
                "missing_value",
                "the event_id is empty: fill it in, or remove the column from the mapping",
            )
        channel = slug_of(texts["channel"]) if texts["channel"] else ""
        goal = slug_of(texts["goal"] or "purchase")
        if self._needs_channel and not channel:
            raise RowRejected("missing_value", "the row has no channel")
        account = texts["account"] or self._plan.account
        names = [texts[f] for f in ("campaign_id", "content_id", "type", "user_id", "event_id")]
        region = [texts["region"]] if texts["region"] else []
        key = digest(object_key([*names, goal, *region]))
        kind = type_of(texts["type"]) if self._has_type else ""
        paid = truth_of(texts["paid"])
        own_id, parent_id = self._linked_ids(account, texts["event_id"], texts["parent_event_id"])
        subject = Subject(
            prefix=event_id(channel or PLATFORM, PLATFORM, digest(account)[:8], key),
            key=key,
            code=code_of(own_id or object_key([channel, account, key])),
            channel=channel,
            account=account,
            campaign=short_name(texts["campaign_id"]),
            content=short_name(texts["content_id"]),
            currency=texts["currency"].upper(),
            bases=self._bases_of(channel, kind, paid),
            paid=paid,
            goal=goal,
            user=texts["user_id"],
            consents="consent" not in self._at or agrees(texts["consent"]),
            own_id=own_id,
            parent_id=parent_id,
            region=texts["region"],
        )
        self.keep(key_cells, subject)
        return subject

    def _linked_ids(self, account: str, own: str, parent: str) -> tuple[str, str]:
        """Return the event ids of a row and of its parent, made of nothing but their `event_id`.

        Both are empty without a column of parents.
        """
        if "parent_event_id" not in self._at:
            return "", ""
        source = (PLATFORM, digest(account)[:8])
        return event_id(*source, own), event_id(*source, parent) if parent else ""

    def _bases_of(self, channel: str, kind: str, paid: bool) -> Bases:
        """Return the base events shared by the paid or unpaid subjects of a channel.

        Parameters
        ----------
        kind : str
            Engagement type from a cell of the row, for the metric whose type is in a column.
        """
        known = self._bases.get((channel, kind, paid))
        if known is not None:
            return known
        sorts = [(one.type or kind, one.paid or paid) for one in self._plan.metrics]
        events = [
            base_event(channel, name, is_paid, f"{'paid-' if is_paid else ''}{name}")
            for name, is_paid in sorts
        ]
        bases = Bases(events, weights_of(events, None), tuple(map(sorts.index, sorts)))
        if len(self._bases) >= SUBJECTS_KEPT:
            self._bases.clear()
        self._bases[channel, kind, paid] = bases
        return bases

    def _text(self, field: str, cells: Cells) -> str:
        if field in self._at and not is_blank(cells[self._at[field]]):
            return bare_id(cells[self._at[field]])
        if field in ("currency", "account"):
            return ""  # the plan's value applies to rows without their own
        return str(self._constants.get(field, ""))
