"""The answer about search and stars, from events to the command line."""

from __future__ import annotations

import datetime as dt
import io
import json
from contextlib import redirect_stderr, redirect_stdout
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from chalicelib.attribution.search.star_changes import estimate_stars
from chalicelib.cli import main
from chalicelib.model.errors import InvalidFields, OtherVersion
from chalicelib.model.events import parse_event
from chalicelib.services.answers import search_effect_rows, search_effects
from chalicelib.services.answers.path_sentences import cause_sentence, star_sentence
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.services.fitting.fit_documents import FitDocument
from tests.worlds.search import SEARCH_WORLDS, simulate_search
from tests.worlds.search_lines import START, lines_of_search, lines_of_stars
from tests.worlds.stars import STAR_WORLDS, simulate_stars

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
RUN = simulate_search(replace(SEARCH_WORLDS["search_mediated"], n_days=200), 4)
PRODUCTS = simulate_stars(replace(STAR_WORLDS["stars_matter"], n_products=25, n_weeks=40), 2)
NOTHING = {"estimate": None, "ci_low": None, "ci_high": None}


def fitted(lines: Any, **about: Any) -> FitDocument:
    return fit_events(
        [parse_event(one) for one in lines],
        window=None,
        currency="EUR",
        as_of=NOW,
        fit_id="f",
        **about,
    )


@pytest.fixture(scope="module")
def document() -> FitDocument:
    return fitted(lines_of_search(RUN))


@pytest.fixture(scope="module")
def of_stars() -> FitDocument:
    return fitted(lines_of_stars(PRODUCTS))


def by_name(answer: Any) -> dict[str, Any]:
    return {f"{one['channel']}/{one['type']}": one for one in answer["causes"]}


def test_visits_and_their_types_are_counted_in_the_range(document: FitDocument) -> None:
    whole = search_effects(document)
    part = search_effects(document, start=START, end=START + dt.timedelta(days=9))

    assert whole["search"] == {
        "visits": int(RUN.visits.sum()),
        "kinds": ["organic_search/click"],
        "reasons": [],
    }
    assert part["search"]["visits"] == int(RUN.visits[:10].sum())


def test_causes_have_both_sides_and_a_bound_but_never_an_estimate_of_the_path(
    document: FitDocument,
) -> None:
    causes = by_name(search_effects(document))

    assert set(causes) == {"community/mention", "facebook/like", "google_ads/click"}
    for number, name in enumerate(RUN.names):
        one = causes[name]
        half = one["visits_per_engagement"]["ci_high"] - one["visits_per_engagement"]["estimate"]
        truth = RUN.visits_truth[number]
        assert abs(one["visits_per_engagement"]["estimate"] - truth) < 2 * half
        path = one["through_search"]
        assert {path[name] for name in NOTHING} == {None}
        assert path["at_most"] >= RUN.through_truth[number]
        assert path["at_most"] <= one["conversions_per_engagement"]["ci_high"] + 1e-6
        assert path["reasons"] == ["hidden_demand_possible"]
    assert "slow_effects_not_seen" in causes["community/mention"]["warnings"]
    assert "slow_effects_not_seen" not in causes["facebook/like"]["warnings"]


def test_a_declared_cause_gives_an_estimate_of_the_path(document: FitDocument) -> None:
    causes = by_name(search_effects(document, only_through_search="community/mention"))

    own = causes["community/mention"]
    assert own["through_search"]["estimate"] == own["conversions_per_engagement"]["estimate"]
    like = causes["facebook/like"]
    worth = own["conversions_per_engagement"]["estimate"] / own["visits_per_engagement"]["estimate"]
    path = like["through_search"]
    expected = worth * like["visits_per_engagement"]["estimate"]
    assert path["estimate"] == pytest.approx(expected, rel=1e-4)
    assert path["ci_low"] < path["estimate"] < path["ci_high"]
    assert "hidden_demand_possible" in path["reasons"], "the bound is still shown"


def test_a_declared_cause_that_brings_no_visits_is_too_weak(document: FitDocument) -> None:
    causes = by_name(search_effects(document, only_through_search="google_ads/click"))

    for one in causes.values():
        assert one["through_search"]["estimate"] is None
        assert "weak_instrument" in one["through_search"]["reasons"]


@pytest.mark.parametrize(
    ("side", "verdict"),
    [("search", "effect_path_unknown"), ("conversions", "inconclusive")],
)
def test_a_suspicion_about_a_side_changes_the_verdict_on_the_cause(
    document: FitDocument, side: str, verdict: str
) -> None:
    doubted = deepcopy(document)
    place = [kind["channel"] for kind in document["kinds"]].index("community")
    search, fitted_goal = doubted["search"], doubted["goals"]["purchase"]
    effects = search["estimates"] if side == "search" else fitted_goal["estimates"]
    assert effects is not None
    effects[place]["warnings"] = [*effects[place]["warnings"], "same_day_demand_suspected"]

    before = by_name(search_effects(document))["community/mention"]
    after = by_name(search_effects(doubted))["community/mention"]

    assert before["verdict"] == "may_come_through_search"
    assert after["verdict"] == verdict
    assert "same_day_demand_suspected" in after["reasons"]
    assert "same_day_demand_suspected" not in before["reasons"]


def test_a_declared_cause_in_doubt_gives_no_verdict_on_the_path(document: FitDocument) -> None:
    doubted = deepcopy(document)
    place = [kind["channel"] for kind in document["kinds"]].index("community")
    estimates = doubted["search"]["estimates"]
    assert estimates is not None
    estimates[place]["warnings"] = ["same_day_demand_suspected"]

    def verdict_on_like(on: FitDocument) -> tuple[str, bool]:
        answer = search_effects(on, only_through_search="community/mention")
        like = by_name(answer)["facebook/like"]
        return like["verdict"], "same_day_demand_suspected" in like["reasons"]

    assert verdict_on_like(document) == ("through_search", False)
    assert verdict_on_like(doubted) == ("effect_path_unknown", True)


def test_the_end_of_a_window_has_seen_less_of_every_effect(document: FitDocument) -> None:
    last = START + dt.timedelta(days=199)
    whole = by_name(search_effects(document))["community/mention"]
    end = by_name(search_effects(document, start=last, end=last))["community/mention"]

    for side in ("visits_per_engagement", "conversions_per_engagement"):
        assert 0.1 < end[side]["estimate"] / whole[side]["estimate"] < 0.95


def test_without_search_visits_only_the_effect_is_known() -> None:
    lines = [one for one in lines_of_search(RUN) if one.get("channel") != "organic_search"]

    answer = search_effects(fitted(lines))

    assert answer["search"] == {"visits": 0, "kinds": [], "reasons": ["no_search_visits"]}
    for one in answer["causes"]:
        assert one["visits_per_engagement"] == NOTHING
        assert one["conversions_per_engagement"]["estimate"] is not None
        assert one["through_search"] == {
            **NOTHING,
            "at_most": None,
            "reasons": ["no_search_visits"],
        }
        unsplit = "search_ads_not_split" in one["warnings"]
        assert one["verdict"] in (
            ("inconclusive",) if unsplit else ("effect_path_unknown", "no_effect_seen")
        )


def test_a_channel_that_is_declared_a_cause_is_not_a_search_visit() -> None:
    answer = search_effects(fitted(lines_of_search(RUN), roles={"organic_search": "cause"}))

    assert answer["search"]["reasons"] == ["no_search_visits"]
    assert "organic_search/click" in by_name(answer)


def test_visits_after_purchases_are_warned_about() -> None:
    run = simulate_search(SEARCH_WORLDS["search_post_purchase"], 0)

    answer = search_effects(fitted(lines_of_search(run)))

    assert all("visits_follow_conversions" in one["warnings"] for one in answer["causes"])


def test_stars_are_those_of_the_arrays(of_stars: FitDocument) -> None:
    expected = estimate_stars(PRODUCTS, 0.5)
    assert expected.shown is not None

    stars = search_effects(of_stars)["stars"]

    assert (stars["channel"], stars["outcome"], stars["contents"]) == ("amazon", "purchase", 25)
    assert stars["changes"] == expected.changes
    assert stars["per_star_shown"]["estimate"] == pytest.approx(
        np.expm1(expected.shown.effect), abs=1e-6
    )
    high = expected.shown.effect + expected.shown.critical * expected.shown.error
    assert stars["per_star_shown"]["ci_high"] == pytest.approx(np.expm1(high), abs=1e-6)
    assert "few_crossings" in stars["warnings"]


def test_the_rounding_of_the_display_is_a_parameter(of_stars: FitDocument) -> None:
    usual = search_effects(of_stars)["stars"]
    fine = search_effects(of_stars, rounding="0.10")["stars"]
    coarse = search_effects(of_stars, rounding="1")["stars"]

    assert (usual["rounding"], fine["rounding"], coarse["rounding"]) == (0.5, 0.1, 1.0)
    assert fine["changes"] > usual["changes"] > coarse["changes"]
    for wrong in ("0.3", "half", "NaN"):
        with pytest.raises(InvalidFields, match="rounding must be one of"):
            search_effects(of_stars, rounding=wrong)


def test_few_changes_of_the_display_are_refused() -> None:
    few = simulate_stars(replace(STAR_WORLDS["stars_matter"], n_products=5, n_weeks=40), 2)

    stars = search_effects(fitted(lines_of_stars(few)))["stars"]

    assert stars["reasons"] == ["too_few_crossings"]
    assert stars["per_star_shown"] == NOTHING
    assert stars["verdict"] == "not_estimable"


def test_the_number_of_reviews_is_always_refused(of_stars: FitDocument) -> None:
    assert search_effects(of_stars)["reviews_count"] == {
        "estimate": None,
        "reasons": ["reviews_follow_sales"],
    }


def test_products_that_only_search_visits_name_are_compared_by_visits() -> None:
    lines = [*lines_of_stars(PRODUCTS, sold_as="visit"), *lines_of_search(RUN)]

    stars = search_effects(fitted(lines))["stars"]

    assert stars["outcome"] == "organic_search/click"
    assert stars["changes"] == estimate_stars(PRODUCTS, 0.5).changes
    assert "search visits" in stars["sentence"] or stars["verdict"] == "no_effect_seen"


def test_conversions_and_reviews_without_products_are_refused() -> None:
    without = [
        {**one, "content_id": None} if one["kind"] == "conversion" else one
        for one in lines_of_stars(PRODUCTS)
    ]
    unrated = [
        {**one, "rating": None} if one["kind"] == "engagement" else one
        for one in lines_of_stars(PRODUCTS)
    ]

    no_products = search_effects(fitted(without))["stars"]
    no_ratings = search_effects(fitted(unrated))["stars"]

    assert no_products["reasons"] == ["no_content_on_conversions"]
    assert no_ratings["reasons"] == ["no_rated_reviews"]
    assert no_products["verdict"] == no_ratings["verdict"] == "not_estimable"


def test_data_without_reviews_have_no_stars(document: FitDocument) -> None:
    stars = search_effects(document)["stars"]

    assert (stars["channel"], stars["outcome"]) == (None, None)
    assert (stars["verdict"], stars["reasons"]) == ("not_estimable", ["no_rated_reviews"])


def test_one_channel_can_be_asked_for(document: FitDocument, of_stars: FitDocument) -> None:
    answer = search_effects(document, channel="facebook")

    assert set(by_name(answer)) == {"facebook/like"}
    assert search_effects(of_stars, channel="amazon")["stars"]["channel"] == "amazon"
    with pytest.raises(InvalidFields, match="'tiktok' is not in the fit"):
        search_effects(document, channel="tiktok")
    with pytest.raises(InvalidFields, match="unknown only_through_search"):
        search_effects(document, only_through_search="organic_search/click")


def test_a_fit_of_an_earlier_version_asks_for_a_new_one(document: FitDocument) -> None:
    earlier = deepcopy(document)
    del earlier["search"]

    with pytest.raises(OtherVersion, match="request a new fit"):
        search_effects(earlier)


def test_a_table_has_one_row_per_cause(document: FitDocument) -> None:
    answer = search_effects(document)
    rows = list(search_effect_rows(answer))

    assert [row["channel"] for row in rows] == ["community", "facebook", "google_ads"]
    first = answer["causes"][0]
    assert rows[0]["visits_per_engagement"] == first["visits_per_engagement"]["estimate"]
    assert rows[0]["through_search_at_most"] == first["through_search"]["at_most"]
    assert rows[0]["through_search"] is None


def test_the_command_prints_the_answer(tmp_path: Path, document: FitDocument) -> None:
    file = tmp_path / "events.ndjson"
    file.write_text("\n".join(json.dumps(one) for one in lines_of_search(RUN)))
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as errors:
        status = main(
            [
                *("search-effects", str(file), "--only-through-search", "community/mention"),
                *("--from", "2024-01-01", "--to", "2024-03-01"),
            ]
        )

    assert (status, errors.getvalue()) == (0, "")
    answer = json.loads(out.getvalue())
    expected = json.loads(
        json.dumps(
            search_effects(
                document,
                start=START,
                end=dt.date(2024, 3, 1),
                only_through_search="community/mention",
            )
        )
    )
    del answer["fit"], expected["fit"]
    assert answer == expected


def test_the_command_names_a_wrong_cause(tmp_path: Path) -> None:
    file = tmp_path / "events.ndjson"
    short = simulate_search(replace(SEARCH_WORLDS["search_mediated"], n_days=40), 1)
    file.write_text("\n".join(json.dumps(one) for one in lines_of_search(short)))
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as errors:
        status = main(["search-effects", str(file), "--only-through-search", "reddit/mention"])

    assert (status, out.getvalue()) == (2, "")
    assert "'reddit/mention' is not in the fit" in errors.getvalue()


# --- sentences --------------------------------------------------------------------------------

SIX = {"estimate": 6.1, "ci_low": 5.0, "ci_high": 7.2}
PURCHASES = {"estimate": 0.28, "ci_low": 0.20, "ci_high": 0.36}


def sentence(verdict: str, **over: Any) -> str:
    about: dict[str, Any] = {
        "goal": "purchase",
        "type_": "mention",
        "paid": False,
        "visits": SIX,
        "conversions": PURCHASES,
        "through": {**NOTHING, "at_most": 0.31},
        "reasons": [],
    }
    return cause_sentence(verdict=verdict, **(about | over))


@pytest.mark.parametrize(
    ("verdict", "over", "expected"),
    [
        (
            "may_come_through_search",
            {},
            "A mention brings 6 search visits (5 to 7) and 0.28 purchases (0.20 to 0.36); up to "
            "0.31 of these may have come through search.",
        ),
        (
            "not_through_search",
            {"through": {**NOTHING, "at_most": 0.03}},
            "A mention brings 6 search visits (5 to 7) and 0.28 purchases (0.20 to 0.36); at most "
            "0.03 of these come through search.",
        ),
        (
            "through_search",
            {"through": {"estimate": 0.2, "ci_low": 0.1, "ci_high": 0.3, "at_most": 0.31}},
            "A mention brings 6 search visits (5 to 7) and 0.28 purchases (0.20 to 0.36); 0.20 of "
            "these (0.10 to 0.30) come through search, if the declared cause has no other way.",
        ),
        (
            "brings_visits_only",
            {"paid": True, "type_": "click", "goal": "sign_up"},
            "A paid click brings 6 search visits (5 to 7); an effect on sign ups is not shown.",
        ),
        (
            "no_effect_seen",
            {"type_": "impression"},
            "An impression has no effect on search visits or purchases that these data show.",
        ),
        (
            "effect_path_unknown",
            {"visits": NOTHING, "through": {**NOTHING, "at_most": None}},
            "A mention brings 0.28 purchases (0.20 to 0.36); how much of this comes through search "
            "is not known.",
        ),
        (
            "inconclusive",
            {"reasons": ["same_day_demand_suspected"]},
            "A mention brings 6 search visits (5 to 7) and 0.28 purchases (0.20 to 0.36), by the "
            "interval alone; a warning contradicts it: same-day demand suspected.",
        ),
        (
            "inconclusive",
            {"conversions": NOTHING, "reasons": ["same_day_demand_suspected"]},
            "A mention brings 6 search visits (5 to 7), by the interval alone; a warning "
            "contradicts it: same-day demand suspected.",
        ),
        (
            "effect_path_unknown",
            {"reasons": ["same_day_demand_suspected"]},
            "A mention brings 6 search visits (5 to 7) and 0.28 purchases (0.20 to 0.36); a "
            "warning contradicts the search visits: same-day demand suspected.",
        ),
        (
            "not_estimable",
            {"reasons": ["no_search_visits", "too_few_conversions"]},
            "What a mention does cannot be known from these data: no search visits, too few "
            "conversions.",
        ),
    ],
)
def test_sentences_of_causes(verdict: str, over: dict[str, Any], expected: str) -> None:
    assert sentence(verdict, **over) == expected


def test_small_effects_keep_two_digits() -> None:
    small = {"estimate": 0.00123, "ci_low": -0.0000001, "ci_high": 0.0025}

    assert "0.0012 purchases (0.0000 to 0.0025)" in sentence(
        "may_come_through_search", conversions=small
    )


@pytest.mark.parametrize(
    ("effect", "verdict", "outcome", "expected"),
    [
        (
            {"estimate": 0.16, "ci_low": 0.07, "ci_high": 0.27},
            "stars_matter",
            "purchase",
            "A star more in what is shown sells 16 % more (7 to 27).",
        ),
        (
            {"estimate": 0.16, "ci_low": 0.07, "ci_high": 0.27},
            "stars_matter",
            "organic_search/click",
            "A star more in what is shown brings 16 % more search visits (7 to 27).",
        ),
        (
            {"estimate": -0.16, "ci_low": -0.27, "ci_high": -0.07},
            "stars_matter",
            "purchase",
            "A star more in what is shown changes sales by -16 % (-27 to -7).",
        ),
        (
            {"estimate": 0.02, "ci_low": -0.07, "ci_high": 0.11},
            "no_effect_seen",
            "purchase",
            "An effect of a star more in what is shown is not seen: 2 % (-7 to 11).",
        ),
    ],
)
def test_sentences_of_stars(effect: Any, verdict: str, outcome: str, expected: str) -> None:
    assert star_sentence(effect, verdict, outcome, []) == expected


def test_a_narrow_interval_is_shown_with_another_digit() -> None:
    visits = {"estimate": 6.116, "ci_low": 5.775, "ci_high": 6.458}
    told = sentence("brings_visits_only", visits=visits)
    assert "6.1 search visits (5.8 to 6.5)" in told
