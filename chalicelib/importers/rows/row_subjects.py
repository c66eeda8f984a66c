"""What rows are about: a campaign, a post, an ad, an order.

A subject is settled at its first row: how its event ids begin, its ids, its currency, and for each
metric the part of an event that is the same for all its rows. Days and numbers are not known here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from chalicelib.importers.outcomes import RawEvent
from chalicelib.importers.rows.row_plan import Cells

SUBJECTS_KEPT = 5_000
"""So many subjects are kept settled; the others of a longer report are settled again."""

_WEIGHTS = {"click": 2, "impression": 1}


class Bases(NamedTuple):
    """What subjects of one sort have in common, e.g. all that are paid.

    Attributes
    ----------
    events : list of dict
        For each metric the part of its event that is always the same; its id is only what the
        metric adds to it.
    weights : list of int
        How well a row's cost goes with each; with 0 not at all.
    slots : tuple of int
        For each metric the first one whose event is the same; empty if none are.
    """

    events: list[RawEvent]
    weights: list[int]
    slots: tuple[int, ...] = ()


def weights_of(events: Sequence[RawEvent], paid: bool | None) -> list[int]:
    """How well a row's cost goes with each event: best with clicks, else with impressions.

    Parameters
    ----------
    paid : bool or None
        Whether what costs is paid. What an ad reaches without cost, such as LinkedIn's viral
        clicks, bears none. None if either may bear it.
    """
    return [
        _WEIGHTS.get(event["type"], 0) if paid is None or event["paid"] is paid else 0
        for event in events
    ]


@dataclass(slots=True)
class Subject:
    """What rows are about, settled.

    Attributes
    ----------
    prefix : str
        The beginning of its event ids.
    key : str
        What its event ids call it.
    code : int
        A number that stands for it.
    channel, account, campaign, content, currency : str
        Empty if unknown.
    bases : Bases
    paid : bool
        Whether its cost is that of ads.
    goal : str
        Of its conversions.
    user : str
        The person, empty if there is none.
    consents : bool
        Whether the person agrees to be recognized.
    named : dict
        The fields of an engagement that name the subject.
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

    named: RawEvent = field(init=False)

    def __post_init__(self) -> None:
        named: RawEvent = {}
        self.named = named
        if self.campaign:
            named["campaign_id"] = self.campaign
        if self.content:
            named["content_id"] = self.content
        if self.user:
            named["user_id"] = self.user
            if not self.consents:
                named["consent"] = False


class Subjects(dict[Any, Subject], ABC):
    """The cells that say what a row is about -> the subject, for those that are settled.

    Attributes
    ----------
    positions : tuple of int
        The columns of these cells; empty if all rows are about the same.
    """

    def __init__(self, positions: tuple[int, ...]) -> None:
        super().__init__()
        self.positions = positions

    @abstractmethod
    def settle(self, key_cells: Any, cells: Cells) -> Subject:
        """The subject of a row that is data, from its cells; raises `RowRefused`."""

    def keep(self, key_cells: Any, subject: Subject) -> None:
        """Keeps a subject for the rows to come."""
        if len(self) >= SUBJECTS_KEPT:
            self.clear()
        self[key_cells] = subject
