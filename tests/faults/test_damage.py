"""Damage to a data directory is noticed; `python -m tests.faults damage 1000` does more of it."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest

from chalicelib.local.database import FILE
from chalicelib.local.sqlite_table import SqliteTable
from tests.faults import damage

NUMBER = 40


def test_no_damage_makes_less_of_what_was_stored(tmp_path: Path) -> None:
    found = damage.run(tmp_path, NUMBER, seed=1)
    assert [one for one in found if one.outcome == "SILENT"] == []
    assert [one for one in found if one.outcome != "truth" and not one.found] == []
    assert len({one.outcome for one in found}) == 3


def lose_a_row(copy: Path, _: random.Random) -> str:
    """An event vanishes from its page."""
    database = sqlite3.connect(copy / FILE, isolation_level=None)
    database.execute(LOSE)
    database.close()
    return "an event less"


LOSE = (
    "DELETE FROM items WHERE (pk, sk) IN "
    "(SELECT pk, sk FROM items WHERE pk LIKE 'acme#events#2026%' LIMIT 1)"
)


def test_a_row_that_vanished_is_refused_and_would_be_missed_without_the_numbers_of_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(damage, "_do", lose_a_row)
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    (kept,) = damage.run(tmp_path / "with", 1, seed=1)
    monkeypatch.setattr(SqliteTable, "check_partition", lambda *_: None)
    (missed,) = damage.run(tmp_path / "without", 1, seed=1)
    assert (kept.outcome, missed.outcome) == ("refused by a reader", "SILENT")
