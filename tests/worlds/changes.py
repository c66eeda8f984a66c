"""Changes of event lines that do not change the truth, for `tests.worlds.relations`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Line = dict[str, Any]
JUNK = "a_junk_channel"


@dataclass(frozen=True)
class Relation:
    """A change of the events that must not change the estimates.

    Attributes
    ----------
    name : str
    change : callable
        From event lines to event lines.
    renamed : callable
        From the old name of a type to its name after the change.
    chunks : int
    """

    name: str
    change: Callable[[list[Line]], list[Line]]
    renamed: Callable[[str], str] = str
    chunks: int = 1


def day_of(line: Line) -> dt.date:
    return dt.date.fromisoformat(line["occurred_at"][:10])


def name_of(line: Line) -> str:
    return f"{line['channel']}/{line['type']}" if "channel" in line else ""


def _shuffled(lines: list[Line]) -> list[Line]:
    order = np.random.default_rng(1).permutation(len(lines))
    return [lines[number] for number in order]


def _other_order_of_types(lines: list[Line]) -> list[Line]:
    """Reverse the order of types; people and days keep their order within a type."""
    return sorted(lines, key=lambda line: name_of(line), reverse=True)


def _renamed(name: str) -> str:
    """Another name for a channel, with reversed alphabetical order."""
    channel, _, type_ = name.partition("/")
    return f"{chr(ord('z') - ord(channel[0]) + ord('a'))}_{channel}/{type_}"


def _with_other_channels(lines: list[Line]) -> list[Line]:
    return [
        line | {"channel": _renamed(name_of(line)).partition("/")[0]} if "channel" in line else line
        for line in lines
    ]


def _with_junk(lines: list[Line]) -> list[Line]:
    """Add a few events of another channel, by known people (if any)."""
    chosen = np.random.default_rng(2).choice(len(lines), 6, replace=False)
    junk = [
        {
            "kind": "engagement",
            "event_id": f"junk{number}",
            "occurred_at": lines[position]["occurred_at"],
            "channel": JUNK,
            "type": "mention",
        }
        | {key: lines[position][key] for key in ("user_id",) if key in lines[position]}
        for number, position in enumerate(chosen.tolist())
    ]
    return [*junk, *lines]


def _with_another_goal(lines: list[Line]) -> list[Line]:
    chosen = np.random.default_rng(3).choice(len(lines), min(200, len(lines) // 4), replace=False)
    other = [
        {
            "kind": "conversion",
            "event_id": f"other{number}",
            "occurred_at": lines[position]["occurred_at"],
            "goal": "newsletter",
        }
        | {key: lines[position][key] for key in ("user_id",) if key in lines[position]}
        for number, position in enumerate(chosen.tolist())
    ]
    return [*other, *lines]


def _with_duplicates(lines: list[Line]) -> list[Line]:
    return [*lines[::3], *lines, *lines[::5]]


def _shifted(days: int) -> Callable[[list[Line]], list[Line]]:
    def shift(lines: list[Line]) -> list[Line]:
        moved = []
        for line in lines:
            on = (day_of(line) + dt.timedelta(days=days)).isoformat()
            moved.append(line | {"occurred_at": on + line["occurred_at"][10:]})
        return moved

    return shift


def _with_higher_orders(lines: list[Line]) -> list[Line]:
    return [
        line | {"value": line["value"] | {"amount": f"{100 * float(line['value']['amount']):.2f}"}}
        if "value" in line
        else line
        for line in lines
    ]


RELATIONS = (
    Relation("identical data twice", list),
    Relation("rows shuffled", _shuffled),
    Relation("types in another order", _other_order_of_types),
    Relation("read in chunks", list, chunks=7),
    Relation("channels renamed", _with_other_channels, renamed=_renamed),
    Relation("junk channel added", _with_junk),
    Relation("another goal added", _with_another_goal),
    Relation("lines duplicated", _with_duplicates),
    Relation("shifted by one day", _shifted(1)),
    Relation("shifted by seven days", _shifted(7)),
    Relation("order values times 100", _with_higher_orders),
)
