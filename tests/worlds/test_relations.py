"""The relations accept an independent estimator, and detect each dependence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import pytest

from tests.worlds.changes import Line
from tests.worlds.relations import (
    TOLERANCE,
    Days,
    Estimated,
    check_relations,
    lines_for,
)


def make_lines() -> list[Line]:
    lines: list[Line] = []
    for number in range(60):
        channel, type_ = (("facebook", "like"), ("google_ads", "click"))[number % 2]
        lines.append(
            {
                "kind": "engagement",
                "event_id": f"e{number}",
                "occurred_at": f"2026-01-{1 + number // 3:02d}T10:00:00Z",
                "channel": channel,
                "type": type_,
                "user_id": f"u{number % 9}",
            }
        )
        lines.append(
            {
                "kind": "conversion",
                "event_id": f"c{number}",
                "occurred_at": f"2026-01-{1 + number // 3:02d}T11:00:00Z",
                "goal": "purchase",
                "user_id": f"u{number % 7}",
                "value": {"amount": "10.00", "currency": "EUR"},
            }
        )
    return lines


class Fake:
    """One conversion per engagement, plus the effect of a dependence."""

    def __init__(self, depends_on: str = "") -> None:
        self._depends_on = depends_on
        self._calls = 0

    def __call__(
        self, lines: Sequence[Line], *, chunks: int = 1, days: Days | None = None
    ) -> Mapping[str, Estimated]:
        self._calls += 1
        once = list({line["event_id"]: line for line in lines}.values())
        counts = Counter(
            f"{line['channel']}/{line['type']}"
            for line in once
            if "channel" in line
            and (days is None or days[0].isoformat() <= line["occurred_at"][:10] <= str(days[1]))
        )
        added = {
            "": 0.0,
            "calls": self._calls,
            "rows": sum(n * (line["event_id"] == "e7") for n, line in enumerate(once)),
            "types": float(once[0].get("channel") == "google_ads"),
            "chunks": chunks,
            "names": ord(min(counts)[0]),
            "junk": len(counts),
            "goals": len({line["goal"] for line in once if "goal" in line}),
            "duplicates": len(lines),
            "weekday": int(once[0]["occurred_at"][8:10]) % 7 if days is None else 0,
            "date": int(once[0]["occurred_at"][8:10]) // 7,
            "values": float(once[-1].get("value", {"amount": 0})["amount"]),
            "days": 0 if days is None else 1,
        }[self._depends_on]
        return {name: Estimated(count, 1.0 + added, 10.0) for name, count in counts.items()}


def broken(estimator: Fake) -> set[str]:
    return {one.relation for one in check_relations(make_lines(), estimator) if not one.holds}


def test_estimator_without_dependences_passes() -> None:
    assert broken(Fake()) == set()


@pytest.mark.parametrize(
    ("dependence", "relation"),
    [
        ("calls", "identical data twice"),
        ("rows", "rows shuffled"),
        ("types", "types in another order"),
        ("chunks", "read in chunks"),
        ("names", "channels renamed"),
        ("junk", "junk channel added"),
        ("goals", "another goal added"),
        ("duplicates", "lines duplicated"),
        ("weekday", "shifted by one day"),
        ("date", "shifted by seven days"),
        ("values", "order values times 100"),
        ("days", "window split in two"),
    ],
)
def test_each_dependence_breaks_its_relation(dependence: str, relation: str) -> None:
    assert relation in broken(Fake(dependence))


def test_answer_rejected_in_another_form_of_the_data_breaks_the_relation() -> None:
    class Picky(Fake):
        def __call__(self, lines: Sequence[Line], **asked: object) -> Mapping[str, Estimated]:
            found = super().__call__(lines, **asked)  # type: ignore[arg-type]
            if lines[0]["event_id"].startswith("junk"):
                return {name: Estimated(one.count, None, None) for name, one in found.items()}
            return found

    outcomes = {one.relation: one for one in check_relations(make_lines(), Picky())}

    assert outcomes["junk channel added"].worst == float("inf")
    assert outcomes["rows shuffled"].worst <= TOLERANCE


def test_lines_of_totals_are_one_per_type_and_day() -> None:
    lines = lines_for("totals", 0)

    keys = Counter((line["occurred_at"], line.get("channel"), line.get("type")) for line in lines)
    assert set(keys.values()) == {1}
    assert {line.get("user_id") for line in lines} == {None}
