"""Classical models of one goal: from columns to credit per day and of the window.

The journeys, counted by hand (window 1 to 10 January, types A, B, C):

======  ===========================================  ============  =======
person  engaged                                      conversion    credits
======  ===========================================  ============  =======
0       A on the 2nd, B on the 3rd                   the 4th       A, B
1       B on the 2nd, an hour after a conversion     the 6th       B
2       C on the 5th                                 none          --
======  ===========================================  ============  =======

Markov: half of the conversions disappear without A, all without B, so A gets 1/3 and B 2/3 of
two. Shapley: B alone converts as often as A and B together, so A adds nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from array import array
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model.events import parse_event
from chalicelib.services.fitting.credits import MODELS, RULES, count_anonymous, credit_goal
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.services.fitting.event_columns import NOT_FOLLOWED, OrderSums
from tests.factories import make_conversion, make_event

START, N_DAYS = dt.date(2026, 1, 1), 10
A, B, C = range(3)
ANONYMOUS = -1


class Columns:
    """Engagements or conversions of a test; times are days after the window's first midnight."""

    def __init__(self) -> None:
        self.day, self.kind, self.person = array("q"), array("q"), array("q")
        self.time, self.count = array("d"), array("d")
        self.apart: dict[tuple[int, int], OrderSums] = {}

    def add(self, person: int, after: float, *, kind: int = 0, count: float = 1.0) -> None:
        midnight = dt.datetime(2026, 1, 1, tzinfo=dt.UTC).timestamp() / 86_400
        self.day.append(START.toordinal() + int(after // 1))
        self.time.append(midnight + after)
        self.kind.append(kind)
        self.person.append(person)
        self.count.append(count)


def example() -> tuple[Columns, Columns]:
    engaged, bought = Columns(), Columns()
    engaged.add(0, 2.5, kind=B)
    engaged.add(0, 1.5, kind=A)
    bought.add(0, 3.5)
    bought.add(1, 1.5)
    engaged.add(1, 1.5 + 1 / 24, kind=B)
    bought.add(1, 5.5)
    engaged.add(2, 4.5, kind=C)
    return engaged, bought


def credit(engaged: Columns, bought: Columns, **over: Any) -> dict[str, Any]:
    return credit_goal(engaged, bought, **({"n_kinds": 3, "start": START, "n_days": N_DAYS} | over))


def on_days(**credits: float) -> list[float]:
    """A daily series from d4=1.0: one conversion credited on the 4th."""
    series = [0.0] * N_DAYS
    for day, number in credits.items():
        series[int(day[1:]) - 1] = number
    return series


@pytest.mark.parametrize(
    ("rule", "of_a", "of_b"),
    [
        ("first", on_days(d4=1), on_days(d6=1)),
        ("last", [], on_days(d4=1, d6=1)),
        ("linear", on_days(d4=0.5), on_days(d4=0.5, d6=1)),
        ("position", on_days(d4=0.5), on_days(d4=0.5, d6=1)),
        (
            "time_decay",
            on_days(d4=0.475265),  # a day older: 2 ** (-1 / 7) to 1
            on_days(d4=0.524735, d6=1),
        ),
    ],
)
def test_rules_credit_the_day_of_the_conversion(
    rule: str, of_a: list[float], of_b: list[float]
) -> None:
    daily = credit(*example())["daily"][rule]

    assert daily == [of_a, of_b, []]


def test_chains_and_shapley_values_credit_the_window() -> None:
    whole = credit(*example())["whole"]

    assert set(whole) | set(RULES) == set(MODELS)
    for order in ("markov", "markov_2", "markov_3", "markov_4"):
        assert whole[order]["conversions"] == pytest.approx([2 / 3, 4 / 3, 0], abs=1e-6)
    assert whole["shapley"] == {"conversions": [0.0, 2.0, 0.0], "sampling_error": None}


def test_uncredited_conversions_are_counted_by_day() -> None:
    engaged, bought = example()
    bought.add(ANONYMOUS, 6.5, count=2.0)

    found = credit(engaged, bought)

    assert found["untouched"] == on_days(d2=1)
    assert found["anonymous"] == on_days(d7=2)


def test_credit_of_a_sample_is_scaled_up_to_at_most_all_conversions() -> None:
    """Three of six identified conversions are in the sample; two of them had engagements before."""
    engaged, bought = example()
    everybody = credit(engaged, bought)
    day = START.toordinal()
    bought.apart[day + 3, NOT_FOLLOWED] = OrderSums(records=3, count=3)
    bought.apart[day + 40, NOT_FOLLOWED] = OrderSums(records=9, count=9)
    bought.apart[day + 4, ANONYMOUS] = OrderSums(records=2, count=2)
    half = credit(engaged, bought)
    for rule in RULES:
        for ours, theirs in zip(half["daily"][rule], everybody["daily"][rule], strict=True):
            assert ours == [2 * n for n in theirs]
    assert half["whole"]["shapley"]["conversions"] == pytest.approx(
        [2 * n for n in everybody["whole"]["shapley"]["conversions"]]
    )
    credited = sum(map(sum, half["daily"]["last"]))
    assert credited + sum(half["untouched"]) == 6
    assert [b - a for a, b in zip(everybody["anonymous"], half["anonymous"], strict=True)] == [
        2 if n == 4 else 0 for n in range(N_DAYS)
    ]


def test_refund_is_not_a_conversion() -> None:
    engaged, bought = example()
    bought.add(2, 6.5, count=0.0)

    assert credit(engaged, bought) == credit(*example())


def test_events_outside_the_window_change_nothing() -> None:
    engaged, bought = example()
    engaged.add(0, -0.5, kind=C)
    engaged.add(1, 10.5, kind=C)
    bought.add(2, 10.5)
    bought.add(ANONYMOUS, -3.0)

    assert credit(engaged, bought) == credit(*example())


def test_engagement_a_month_earlier_gets_no_credit() -> None:
    engaged, bought = Columns(), Columns()
    engaged.add(0, 0.5, kind=A)
    bought.add(0, 30.6)

    found = credit(engaged, bought, n_days=40)

    assert found["lookback_days"] == 30
    assert found["daily"]["last"] == [[], [], []]
    assert sum(found["untouched"]) == 1


def test_last_instant_of_a_day_belongs_to_it() -> None:
    last = make_conversion(occurred_at="2026-01-10T23:59:59.999999Z", user_id="u")
    before = make_event(occurred_at="2026-01-10T23:59:59.999998Z", user_id="u")

    kept = fit([before, last])["goals"]["purchase"]["classical"]

    assert kept["daily"]["last"] == [on_days(d10=1)]


def test_anonymous_engagements_are_counted_by_kind_and_day() -> None:
    engaged, _ = example()
    engaged.add(ANONYMOUS, 2.5, kind=C, count=5.0)
    engaged.add(ANONYMOUS, 2.9, kind=C, count=2.0)
    engaged.add(ANONYMOUS, 11.0, kind=C)

    found = count_anonymous(engaged, n_kinds=3, start=START, n_days=N_DAYS)

    assert found == [[0] * N_DAYS, [0] * N_DAYS, on_days(d3=7)]


def test_anonymous_engagements_form_no_journey() -> None:
    engaged, bought = example()
    engaged.add(ANONYMOUS, 1.5, kind=A, count=5.0)
    engaged.add(ANONYMOUS, 5.0, kind=B)

    assert credit(engaged, bought) == credit(*example())


def test_without_user_ids_there_is_no_credit() -> None:
    engaged, bought = Columns(), Columns()
    engaged.add(ANONYMOUS, 1.5, kind=A, count=9.0)
    bought.add(ANONYMOUS, 2.5)

    found = credit(engaged, bought)

    assert found["daily"]["linear"] == [[], [], []]
    assert found["whole"]["markov"]["conversions"] == [0.0, 0.0, 0.0]
    assert found["anonymous"] == on_days(d3=1)


def test_chains_that_could_grow_too_large_are_omitted() -> None:
    engaged, bought = Columns(), Columns()
    for kind in range(40):
        engaged.add(kind, 1.0 + kind / 100, kind=kind)
        engaged.add(kind, 2.0, kind=(kind + 1) % 40)
        bought.add(kind, 3.0)

    whole = credit(engaged, bought, n_kinds=40)["whole"]

    assert whole["markov_2"] is not None
    assert (whole["markov_3"], whole["markov_4"]) == (None, None)
    assert sum(whole["shapley"]["conversions"]) == pytest.approx(40, abs=1e-3)
    assert min(whole["shapley"]["sampling_error"]) > 0


@given(
    st.lists(st.tuples(st.integers(-1, 3), st.integers(-20, 119), st.integers(0, 2)), max_size=30),
    st.lists(st.tuples(st.integers(-1, 4), st.integers(-20, 119), st.integers(0, 3)), max_size=12),
)
def test_every_model_credits_all_conversions_with_a_preceding_engagement(
    touches: list[tuple[int, int, int]], outcomes: list[tuple[int, int, int]]
) -> None:
    engaged, bought = Columns(), Columns()
    for person, twelfth, kind in touches:
        engaged.add(person, twelfth / 12, kind=kind)
    for person, twelfth, count in outcomes:
        bought.add(person, twelfth / 12, count=float(count))

    found = credit(engaged, bought)

    json.dumps(found, allow_nan=False)
    inside = [(t[0], t[1]) for t in touches if t[0] >= 0 and 0 <= t[1] < 12 * N_DAYS]
    conversions = [o for o in outcomes if 0 <= o[1] < 12 * N_DAYS and o[2]]
    credited = 0
    for person, when, count in conversions:
        earlier = max((o[1] for o in conversions if o[0] == person and o[1] < when), default=-1)
        if any(who == person and earlier < at <= when for who, at in inside):
            credited += count
    for rule in RULES:
        assert sum(map(sum, found["daily"][rule])) == pytest.approx(credited, abs=1e-4)
    for model in set(MODELS) - set(RULES):
        assert sum(found["whole"][model]["conversions"]) == pytest.approx(credited, abs=1e-4)
    left_out = sum(found["anonymous"]) + sum(found["untouched"])
    assert left_out + credited == sum(o[2] for o in conversions)


# --- in the fit -------------------------------------------------------------------------------


def fit(events: list[dict[str, Any]], end: int = N_DAYS) -> dict[str, Any]:
    return fit_events(
        (parse_event(event) for event in events),
        window=(START, START + dt.timedelta(days=end - 1)),
        currency="EUR",
        as_of=dt.datetime(2026, 2, 1, tzinfo=dt.UTC),
        fit_id="f",
    )


def brand() -> list[dict[str, Any]]:
    eve = {"user_id": "eve"}
    return [
        make_event(occurred_at="2026-01-03T12:00:00Z", **eve),
        make_event(occurred_at="2026-01-04T00:00:00Z", consent=False, **eve),
        make_event(occurred_at="2026-01-05T00:00:00Z", count=7),
        make_conversion(occurred_at="2026-01-03T12:59:00+01:00", **eve),
        make_conversion(occurred_at="2026-01-04T00:30:00+01:00", **eve),
        make_event(occurred_at="2026-01-07T09:00:00Z", **eve),
        make_conversion(occurred_at="2026-01-07T08:00:00Z", **eve),
        make_conversion(occurred_at="2026-01-06T00:00:00Z", goal="lead", **eve),
    ]


def test_fit_stores_credit_per_goal_by_time_of_day() -> None:
    document = fit(brand())

    purchase, lead = (document["goals"][goal]["classical"] for goal in ("purchase", "lead"))
    assert purchase["daily"]["last"] == [on_days(d3=1)]
    assert purchase["untouched"] == on_days(d3=1, d7=1)
    assert lead["daily"]["last"] == [on_days(d6=1)]


def test_fit_counts_people_without_consent_as_anonymous() -> None:
    (kind,) = fit(brand())["kinds"]

    assert kind["anonymous"] == on_days(d4=1, d5=7)
    assert kind["identified"] + sum(kind["anonymous"]) == sum(kind["counts"])
