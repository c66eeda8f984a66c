"""Damage to a data directory is detected; `python -m tests.faults damage 1000` runs more cases."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest

from chalicelib.local.database import FILE
from chalicelib.local.sqlite_table import SqliteTable
from tests.faults import damage

NUMBER = 40


def test_damage_never_reduces_what_is_read_silently(tmp_path: Path) -> None:
    found = damage.run(tmp_path, NUMBER, seed=1)
    assert [one for one in found if one.outcome == "SILENT"] == []
    assert [one for one in found if one.outcome != "truth" and not one.found] == []
    assert len({one.outcome for one in found}) == 3


def lose_a_row(copy: Path, _: random.Random) -> str:
    """Delete an event from its page."""
    database = sqlite3.connect(copy / FILE, isolation_level=None)
    database.execute(LOSE)
    database.close()
    return "an event less"


LOSE = (
    "DELETE FROM items WHERE (pk, sk) IN "
    "(SELECT pk, sk FROM items WHERE pk LIKE 'acme#events#2026%' LIMIT 1)"
)


def test_a_missing_row_is_detected_only_by_the_number_of_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(damage, "_do", lose_a_row)
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    (kept,) = damage.run(tmp_path / "with", 1, seed=1)
    monkeypatch.setattr(SqliteTable, "check_partition", lambda *_: None)
    (missed,) = damage.run(tmp_path / "without", 1, seed=1)
    assert (kept.outcome, missed.outcome) == ("rejected by a reader", "SILENT")
