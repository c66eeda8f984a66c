"""Content exports of Meta Business Suite and their traps."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.importers import Imported
from tests.importers.files import read, table

numbers = st.integers(0, 10**6)
good = st.tuples(st.sampled_from(["Facebook", "Instagram"]), numbers, numbers)


@given(rows=st.lists(st.one_of(good, st.sampled_from(["other", "damaged", "blank"])), max_size=20))
def test_no_row_is_lost_or_invented(rows: Sequence[Any]) -> None:
    header = ("Beitrags-ID", "Plattform", "Datum", "Permalink", "Impressionen", "Kommentare")
    cells: list[list[object]] = []
    for number, row in enumerate(rows):
        named = [str(number), "TikTok", "27.10.23 01:10", "x", 5, 5]
        if row == "damaged":
            named = ["1.5E+17", "Facebook", *named[2:]]
        elif row == "blank":
            named = []
        elif row != "other":
            named = [str(number), row[0], "27.10.23 01:10", "x", row[1], row[2]]
        cells.append(named)
    taken = [row for row in rows if isinstance(row, tuple)]

    result = read(table(header, *cells, delimiter=";"))

    assert len(result.outcomes) == len(rows)
    assert len(result.rejected) == sum(row in ("other", "damaged") for row in rows)
    assert sum(isinstance(outcome, Imported) for outcome in result.outcomes) == sum(
        bool(row[1] or row[2]) for row in taken
    )
    for channel in ("facebook", "instagram"):
        ours = [row for row in taken if row[0].lower() == channel]
        events = [event for event in result.stored if event["channel"] == channel]
        for kind, index in (("impression", 1), ("comment", 2)):
            counted = sum(event["count"] for event in events if event["type"] == kind)
            assert counted == sum(row[index] for row in ours)
