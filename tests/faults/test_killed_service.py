"""`serve` survives kills; `python -m tests.faults serve 100` runs more of them."""

from __future__ import annotations

from pathlib import Path

from tests.faults.killed_service import run


def test_a_killed_service_loses_nothing_and_finishes_every_job(tmp_path: Path) -> None:
    verdict = run(tmp_path / "data", kills=6, seed=1)
    assert verdict.is_good, verdict
    assert verdict.acknowledged > 100
    assert verdict.uploads > 0
    assert verdict.fits > 0
