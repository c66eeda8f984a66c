"""`serve` survives being killed; `python -m tests.faults serve 100` does more of it."""

from __future__ import annotations

from pathlib import Path

from tests.faults.killed_service import run


def test_a_service_that_is_killed_loses_nothing_and_ends_every_job(tmp_path: Path) -> None:
    verdict = run(tmp_path / "data", kills=6, seed=1)
    assert verdict.is_good, verdict
    assert verdict.acknowledged > 100
    assert verdict.uploads > 0
    assert verdict.fits > 0
