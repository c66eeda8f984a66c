"""The panel's sums against a dummy-variable regression (numpy's least squares, LAPACK gelsd).

Tolerance 1e-6 relative: both solve the same least-squares problem in float64; the reference does
it with a hundred dummy columns, some of which are redundant.
"""

from __future__ import annotations

import numpy as np
import pytest

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.within_user import panel as panel_module
from chalicelib.attribution.within_user import projection as projection_module
from chalicelib.attribution.within_user.panel import People, strata_of
from chalicelib.attribution.within_user.panel_columns import Columns
from chalicelib.attribution.within_user.projection import project, score
from chalicelib.attribution.within_user.regression import reduce_panel

DECAY = 3


def make_people(seed: int = 1, n: int = 60, days: int = 25, kinds: int = 2) -> People:
    rng = np.random.default_rng(seed)
    x = rng.poisson(0.25, (n, days, kinds))
    first = rng.integers(-1, days - 5, n)
    for person in range(n):
        x[person, : max(first[person], 0)] = 0
    y = rng.poisson(0.1 + 0.2 * x.sum(2))
    for person in range(n):
        y[person, : max(first[person], 0)] = 0
    person, day, kind = np.nonzero(x)
    buyer, when = np.nonzero(y)
    return People(
        n,
        days,
        kinds,
        person,
        day,
        kind,
        x[person, day, kind].astype(float),
        buyer,
        when,
        y[buyer, when].astype(float),
        first,
    )


def dense_panel(people: People) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Rows at risk: adstock at `DECAY`, outcome, person and day."""
    counts = np.zeros((people.n_people, people.n_days, people.n_kinds))
    np.add.at(
        counts, (people.touch_person, people.touch_day, people.touch_kind), people.touch_count
    )
    y = np.zeros((people.n_people, people.n_days))
    np.add.at(y, (people.outcome_person, people.outcome_day), people.outcome_weight)
    stock = np.zeros_like(counts)
    for day in range(people.n_days):
        stock[:, day] = counts[:, day] + (DECAYS[DECAY] * stock[:, day - 1] if day else 0.0)
    person, day = np.nonzero(np.arange(people.n_days)[None, :] > people.first_day[:, None])
    return stock[person, day], y[person, day], person, day


@pytest.mark.parametrize("one_stratum", [True, False])
def test_coefficients_and_clustered_errors_equal_those_with_dummies(
    one_stratum: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projection_module, "REACTION_DAYS", 0)  # not in the dummies
    people = make_people()
    strata = np.zeros(people.n_people, dtype=np.int64) if one_stratum else strata_of(people) % 2
    x, y, person, day = dense_panel(people)
    dummies = [person[:, None] == np.unique(person)]
    dummies += [
        (strata[person] == s)[:, None] & (day[:, None] == np.arange(people.n_days))
        for s in np.unique(strata)
    ]
    design = np.hstack([x, *[d.astype(float) for d in dummies]])
    params = np.linalg.lstsq(design, y, rcond=None)[0]
    residuals = y - design @ params
    scores = (x - _fitted(design[:, x.shape[1] :], x)) * residuals[:, None]
    by_person = np.array([scores[person == i].sum(0) for i in range(people.n_people)])

    projection = project(people, strata)
    columns = Columns(people.n_kinds).adstocks(np.full(people.n_kinds, DECAY))
    gram = projection.gram.sum(axis=0)
    beta = np.linalg.solve(gram[np.ix_(columns, columns)], gram[columns, -1])
    coefficients = np.zeros(Columns(people.n_kinds).n_regressors)
    coefficients[columns] = beta
    scored = score(people, strata, projection, coefficients)
    meat = scored.meat.sum(axis=0)

    assert beta == pytest.approx(params[: x.shape[1]], rel=1e-6)
    assert meat[np.ix_(columns, columns)] == pytest.approx(by_person.T @ by_person, rel=1e-6)
    assert scored.fourth.sum(axis=0)[columns] == pytest.approx((by_person**4).sum(0), rel=1e-6)
    assert scored.shift == pytest.approx(np.zeros_like(scored.shift))
    assert projection.n_rows.sum() == y.size


def test_reactions_are_later_engagements_correlated_with_a_residual() -> None:
    people = make_people(5)
    strata = np.zeros(people.n_people, dtype=np.int64)
    projection = project(people, strata)
    coefficients = np.zeros(Columns(people.n_kinds).n_regressors)

    shift = score(people, strata, projection, coefficients).shift[0]

    x, y, person, day = dense_panel(people)
    stock = np.zeros((people.n_people, people.n_days, people.n_kinds))
    stock[person, day] = x
    residual = _residual_on_dummies(people, y, person, day)
    expected = np.zeros(people.n_kinds)
    counts = np.zeros_like(stock)
    np.add.at(
        counts, (people.touch_person, people.touch_day, people.touch_kind), people.touch_count
    )
    for i in np.unique(person):
        entry = people.first_day[i] + 1
        length = people.n_days - entry
        horizon = min(projection_module.REACTION_DAYS, length // 3)
        centred = counts[i, entry:] - counts[i, entry:].mean(axis=0)
        for today in range(length):
            for later in range(today + 1, min(today + horizon, length - 1) + 1):
                left = (1 - DECAYS[DECAY] ** (length - later)) / (1 - DECAYS[DECAY])
                pair = residual[i, entry + today] * centred[later] * left
                expected += pair / (length - horizon)
    assert shift[np.arange(people.n_kinds) * DECAYS.size + DECAY] == pytest.approx(expected)


def _residual_on_dummies(
    people: People, y: np.ndarray, person: np.ndarray, day: np.ndarray
) -> np.ndarray:
    dummies = np.hstack(
        [person[:, None] == np.unique(person), day[:, None] == np.arange(people.n_days)]
    ).astype(float)
    residual = np.zeros((people.n_people, people.n_days))
    residual[person, day] = y - _fitted(dummies, y)
    return residual


def _fitted(dummies: np.ndarray, x: np.ndarray) -> np.ndarray:
    return dummies @ np.linalg.lstsq(dummies, x, rcond=None)[0]


def test_size_of_the_chunks_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    people = make_people(2)
    whole = reduce_panel(people)
    monkeypatch.setattr(panel_module, "CHUNK_PEOPLE", 7)
    chunked = reduce_panel(people)

    for part in ("gram", "day_effects"):
        ours, theirs = getattr(chunked.projection, part), getattr(whole.projection, part)
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-9)
    for part in ("shift", "meat", "fourth"):
        ours, theirs = getattr(chunked.scores, part), getattr(whole.scores, part)
        assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-9)


def test_people_seen_only_on_the_last_days_are_excluded() -> None:
    people = make_people(3)
    late = np.full(people.n_people, people.n_days - 2)

    reduced = reduce_panel(
        People(
            people.n_people,
            people.n_days,
            people.n_kinds,
            people.touch_person,
            people.touch_day,
            people.touch_kind,
            people.touch_count,
            people.outcome_person,
            people.outcome_day,
            people.outcome_weight,
            late,
        )
    )

    assert reduced.n_people == 0
    assert reduced.projection.gram == pytest.approx(np.zeros_like(reduced.projection.gram))


def test_strata_group_people_by_activity_and_split_the_most_active_finest() -> None:
    rng = np.random.default_rng(8)
    n, days = 4_000, 60
    rates = np.exp(1.2 * rng.standard_normal(n)) * 0.03
    x = rng.poisson(np.repeat(rates[:, None], days, axis=1))
    person, day = np.nonzero(x)
    nobody = np.zeros(0, dtype=np.int64)
    people = People(
        n,
        days,
        1,
        person,
        day,
        np.zeros(person.size, dtype=np.int64),
        x[person, day].astype(float),
        nobody,
        nobody,
        np.zeros(0),
        np.full(n, -1),
    )

    strata = strata_of(people)

    touches = x.sum(axis=1)
    assert set(strata[touches == 0]) == {0}
    sizes = np.bincount(strata)
    assert sizes.min() >= 15
    assert sizes[1] > 3 * sizes[-1]
    tops = [touches[strata == s].max() for s in range(sizes.size)]
    assert tops == sorted(tops)
