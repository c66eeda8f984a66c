"""The subjects of rows: campaigns, posts, ads, orders.

A subject is settled at its first row: the prefix of its event ids, its ids, its currency, and for
each metric the event fields that are the same in all its rows. It has no days and numbers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from chalicelib.importers.outcomes import RawEvent
from chalicelib.importers.rows.row_plan import Cells

SUBJECTS_KEPT = 5_000
"""How many settled subjects are cached; the others of a longer report are settled again."""

_WEIGHTS = {"click": 2, "impression": 1}


class Bases(NamedTuple):
    """What subjects have in common, e.g. all paid ones.

    Attributes
    ----------
    events : list of dict
        For each metric the constant fields of its event; the id is only the metric's part.
    weights : list of int
        Priority of each for a row's cost; 0 for none.
    slots : tuple of int
        For each metric the first one with the same event; empty if there are none.
    """

    events: list[RawEvent]
    weights: list[int]
    slots: tuple[int, ...] = ()


def weights_of(events: Sequence[RawEvent], paid: bool | None) -> list[int]:
    """Return each event's priority for a row's cost: clicks first, then impressions.

    Parameters
    ----------
    paid : bool or None
        Whether paid or unpaid events get the cost; None for either. Ads also reach people for
        free, such as LinkedIn's viral clicks, which must not get the cost.
    """
    return [
        _WEIGHTS.get(event["type"], 0) if paid is None or event["paid"] is paid else 0
        for event in events
    ]


@dataclass(slots=True)
class Subject:
    """The subject of rows.

    Attributes
    ----------
    prefix : str
        The beginning of its event ids.
    key : str
        Its part of the event ids.
    code : int
        A numeric code of it.
    channel, account, campaign, content, currency, region : str
        Empty if unknown.
    bases : Bases
    paid : bool
        Whether its cost is for ads.
    goal : str
        Of its conversions.
    user : str
        The person; empty if there is none.
    consents : bool
        Whether the person consents to be identified.
    own_id, parent_id : str
        The whole event id of the row's engagement, and that of its parent; usually empty.
    named : dict
        The fields of an engagement that identify the subject.
    """

    prefix: str
    key: str
    code: int
    channel: str
    account: str
    campaign: str
    content: str
    currency: str
    bases: Bases
    paid: bool
    goal: str = ""
    user: str = ""
    consents: bool = True
    own_id: str = ""
    parent_id: str = ""
    region: str = ""

    named: RawEvent = field(init=False)

    def __post_init__(self) -> None:
        named: RawEvent = {}
        self.named = named
        if self.campaign:
            named["campaign_id"] = self.campaign
        if self.content:
            named["content_id"] = self.content
        if self.region:
            named["region"] = self.region
        if self.parent_id:
            named["parent_event_id"] = self.parent_id
        if self.user:
            named["user_id"] = self.user
            if not self.consents:
                named["consent"] = False


class Subjects(dict[Any, Subject], ABC):
    """Cells that identify the subject of a row -> the subject, for settled subjects.

    Attributes
    ----------
    positions : tuple of int
        The columns of these cells; empty if all rows have the same subject.
    """

    def __init__(self, positions: tuple[int, ...]) -> None:
        super().__init__()
        self.positions = positions

    @abstractmethod
    def settle(self, key_cells: Any, cells: Cells) -> Subject:
        """Return the subject of a row from its cells; raise `RowRejected`."""

    def keep(self, key_cells: Any, subject: Subject) -> None:
        """Cache a subject for later rows."""
        if len(self) >= SUBJECTS_KEPT:
            self.clear()
        self[key_cells] = subject
