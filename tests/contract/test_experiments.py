"""What the store promises about experiments, on every engine."""

from __future__ import annotations

import random
from dataclasses import replace

from chalicelib.storage.experiment_items import Experiment
from tests.contract.conftest import Engine

EXPERIMENT = Experiment(
    experiment_id="meta-lift.2026_02",
    digest="0" * 64,
    registered_at="2026-03-14T00:00:00Z",
    restated_at=None,
    what={"kind": "holdout", "goal": "purchase", "paid": True, "engagements": 5000},
    analysis={"p_value": 0.0123, "warnings": [], "standard_error": None},
)


def named(experiment_id: str) -> Experiment:
    return replace(EXPERIMENT, experiment_id=experiment_id)


def test_an_experiment_comes_back_as_it_was(engine: Engine) -> None:
    store = engine.store()
    store.experiments.save(EXPERIMENT, None)
    assert store.experiments.get(EXPERIMENT.experiment_id) == EXPERIMENT
    assert store.experiments.counts(EXPERIMENT.experiment_id) is None
    assert store.experiments.get("another") is None


def test_an_experiment_is_written_over_one_with_its_id(engine: Engine) -> None:
    store = engine.store()
    restated = replace(EXPERIMENT, digest="1" * 64, restated_at="2026-03-15T00:00:00Z")
    store.experiments.save(EXPERIMENT, {"n": 1})
    store.experiments.save(restated, {"n": 2})
    assert list(store.experiments.by_id()) == [restated]
    assert store.experiments.counts(EXPERIMENT.experiment_id) == {"n": 2}


def test_experiments_come_by_id_page_by_page(engine: Engine) -> None:
    store = engine.store()
    for name in ("c", "a", "b"):
        store.experiments.save(named(name), None)
    first = [one.experiment_id for one in store.experiments.by_id(limit=2)]
    second = [one.experiment_id for one in store.experiments.by_id(limit=2, after="b")]
    assert (first, second) == (["a", "b"], ["c"])


def test_counts_too_large_for_an_item_come_back_whole(engine: Engine) -> None:
    store = engine.store()
    draw = random.Random(3)
    counts = {"regions": {f"r{n}": draw.randbytes(1_500).hex() for n in range(300)}}
    store.experiments.save(EXPERIMENT, counts)
    assert store.experiments.counts(EXPERIMENT.experiment_id) == counts


def test_tenants_see_no_experiments_of_each_other(engine: Engine) -> None:
    engine.store("acme-2").experiments.save(EXPERIMENT, {"n": 1})
    ours = engine.store("acme")
    assert list(ours.experiments.by_id()) == []
    assert ours.experiments.get(EXPERIMENT.experiment_id) is None
    assert ours.experiments.counts(EXPERIMENT.experiment_id) is None
