"""Verdicts: every combination of interval, warning, unseen share and size of the type."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from chalicelib.attribution.power import Comparison
from chalicelib.model.codes import CODES, Code
from chalicelib.services.answers import verdicts
from chalicelib.services.answers.questions import (
    Effectiveness,
    Equivalence,
    Question,
    Return,
    material_effect,
)
from chalicelib.services.answers.verdicts import Doubt, Part, Verdict, judge, unseen_share

# 100 +- 20 conversions of 50 each: 5000 +- 1000; without effect 0 +- 20
QUESTIONS: dict[str, tuple[Question, Part]] = {
    "profitable": (Return(100, 10, 2, 50, 0, 1000), Part("a/like", 100, 10, 2)),
    "unprofitable": (Return(100, 10, 2, 50, 0, 8000), Part("a/like", 100, 10, 2)),
    "open return": (Return(100, 10, 2, 50, 0, 5000), Part("a/like", 100, 10, 2)),
    "effective": (Effectiveness(100, 10, 2, 500), Part("a/like", 100, 10, 2)),
    "no_effect_seen": (Effectiveness(0, 10, 2, 50), Part("a/like", 0, 10, 2)),
    "open effect": (Effectiveness(0, 10, 2, 15), Part("a/like", 0, 10, 2)),
}
FOR, AGAINST = ("profitable", "effective"), ("unprofitable", "no_effect_seen")
WARNINGS = [code for code in CODES.values() if "warning" in code.used_as]


def change(part: Part, **over: Any) -> Part:
    values = {name: getattr(part, name) for name in Part.__dataclass_fields__} | over
    return Part(**values)


def expected(base: str, warning: Code, unseen: float) -> str:
    """The verdict by the rules of docs/methods.md, for the only type of a channel."""
    if base.startswith("open") or warning.severity == "do_not_act":
        return "inconclusive"
    if base in AGAINST and unseen >= 0.2:
        return "too_early"
    if warning.severity == "caution" and warning.code != "unseen_effect":
        takes = {"too_high": FOR, "too_low": AGAINST, "either": FOR + AGAINST, None: ()}
        if base in takes[warning.may_be]:
            return "inconclusive"
    return base


@pytest.mark.parametrize("base", QUESTIONS)
def test_every_warning_affects_every_verdict_according_to_the_rules(base: str) -> None:
    question, sound = QUESTIONS[base]
    for warning, unseen in itertools.product(WARNINGS, (0.0, 0.1, 0.19, 0.2, 0.6)):
        part = change(sound, warnings=[warning.code], unseen=unseen, unseen_high=unseen)

        found = judge(question, [part])

        case = (warning.code, unseen)
        assert (found.name, case) == (expected(base, warning, unseen), case)
        if found.name == base:
            assert (found.reasons, case) == ((), case)
        elif found.name == "too_early":
            assert (found.reasons, case) == (("unseen_effect",), case)
        elif warning.severity == "do_not_act" or not base.startswith("open"):
            assert (found.reasons, case) == ((warning.code,), case)
        is_open = base.startswith("open") and warning.severity != "do_not_act"
        assert (found.lacks_data, case) == (is_open, case)


@pytest.mark.parametrize("base", QUESTIONS)
def test_without_warnings_the_interval_decides(base: str) -> None:
    question, part = QUESTIONS[base]

    found = judge(question, [part])

    assert found == Verdict(
        "inconclusive" if base.startswith("open") else base,  # type: ignore[arg-type]
        lacks_data=base.startswith("open"),
    )


@pytest.mark.parametrize(
    ("cost", "name"),
    [
        (3999.0, "profitable"),
        (4001.0, "inconclusive"),
        (5999.0, "inconclusive"),
        (6001.0, "unprofitable"),
    ],
)
def test_roi_verdict_requires_the_whole_interval_on_one_side_of_zero(
    cost: float, name: str
) -> None:
    assert Return(100, 10, 2, 50, 0, cost).verdict([0], [0]) == name


def test_verdict_includes_the_uncertainty_of_the_mean_value() -> None:
    sure, unsure = Return(100, 10, 2, 50, 0, 3900), Return(100, 10, 2, 50, 25, 3900)

    assert sure.verdict([0], [0]) == "profitable"
    assert unsure.verdict([0], [0]) == "inconclusive"


@pytest.mark.parametrize(
    ("conversions", "material", "name"),
    [
        (21.0, 40.0, "effective"),
        (19.0, 40.0, "no_effect_seen"),
        (-5.0, 40.0, "no_effect_seen"),
        (-50.0, 40.0, "no_effect_seen"),
        (0.0, 19.9, "inconclusive"),
    ],
)
def test_effect_is_above_zero_and_no_effect_below_a_material_size(
    conversions: float, material: float, name: str
) -> None:
    assert Effectiveness(conversions, 10, 2, material).verdict([0], [0]) == name


# --- the interval may be too narrow -----------------------------------------------------------


@pytest.mark.parametrize(
    ("cost", "name"),
    [
        (1000.0, "profitable"),
        (2990.0, "profitable"),
        (3010.0, "inconclusive"),
        (6990.0, "inconclusive"),
        (7010.0, "unprofitable"),
    ],
)
def test_caution_without_direction_requires_an_interval_twice_as_wide(
    cost: float, name: str
) -> None:
    part = Part("a/like", 100, 10, 2, ["autocorrelated_residuals"])

    found = judge(Return(100, 10, 2, 50, 0, cost), [part])

    assert found.name == name
    if name == "inconclusive":
        assert found.reasons == ("autocorrelated_residuals",)


# --- unseen effects ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cost", "unseen", "high", "name"),
    [
        (6100.0, 0.1, 0.1, "too_early"),  # 111 +- 22 conversions would be 5556 +- 1111
        (6700.0, 0.1, 0.1, "unprofitable"),
        (6700.0, 0.1, 0.19, "too_early"),  # the upper quantile decides
        (60000.0, 0.2, 0.2, "too_early"),
        (1000.0, 0.7, 0.9, "profitable"),  # and a profit stays one
    ],
)
def test_loss_that_the_unseen_effect_may_overturn_is_too_early(
    cost: float, unseen: float, high: float, name: str
) -> None:
    part = Part("a/like", 100, 10, 2, unseen=unseen, unseen_high=high)

    assert judge(Return(100, 10, 2, 50, 0, cost), [part]).name == name


def test_unseen_effect_is_as_uncertain_as_the_seen_one() -> None:
    part = Part("a/like", 0, 10, 2, unseen=0.15, unseen_high=0.15)

    assert judge(Effectiveness(0, 10, 2, 23), [part]).name == "too_early"  # 0 +- 23.5
    assert judge(Effectiveness(0, 10, 2, 24), [part]).name == "no_effect_seen"


def test_unseen_share_weights_types_by_their_possible_effect() -> None:
    large, small = Part("a/like", 90, 0, 2, unseen=0.1), Part("a/share", 10, 0, 2, unseen=0.5)

    assert unseen_share([large, small]) == pytest.approx((100 * 0.1 + 20 * 0.5) / 120)
    assert unseen_share([]) == 0.0
    assert unseen_share([Part("a/like", 0, 0, 2, unseen=0.3)]) == pytest.approx(0.3)


# --- several types ----------------------------------------------------------------------------


def two(small_warning: str, *, small: float = 4.0, cost: float = 1000.0, **over: Any) -> Verdict:
    """A channel with 96 reliable conversions and a few doubtful ones."""
    parts = [Part("a/like", 96.0, 9.0, 2), Part("a/share", small, 1.0, 2, [small_warning], **over)]
    return judge(Return(96.0 + small, 10, 2, 50, 0, cost), parts)


@pytest.mark.parametrize(
    "warning", ["intent_confounding_suspected", "follows_demand", "placebo_failed"]
)
def test_warning_about_a_small_type_keeps_a_verdict_that_does_not_depend_on_it(
    warning: str,
) -> None:
    assert two(warning).name == "profitable"
    assert two("decay_unknown", cost=9000.0).name == "unprofitable"


def test_small_type_counts_if_the_verdict_depends_on_it() -> None:
    assert two("follows_demand", cost=3900.0) == Verdict("inconclusive", ("follows_demand",))
    assert two("placebo_failed", cost=3900.0) == Verdict("inconclusive", ("placebo_failed",))


def test_expensive_type_is_not_small() -> None:
    assert two("placebo_failed", cost_share=0.5).name == "inconclusive"
    assert two("placebo_failed", cost_share=0.05).name == "profitable"


def test_type_with_a_large_possible_effect_is_not_small() -> None:
    assert two("placebo_failed", small=30.0, cost=1000.0).name == "inconclusive"
    assert two("follows_demand", small=30.0, cost=1000.0).name == "profitable"


def test_many_small_types_with_do_not_act_warnings_are_not_small_together() -> None:
    sound = Part("a/like", 88.0, 9.0, 2)
    small = [Part(f"a/{name}", 3.0, 0.5, 2, ["placebo_failed"]) for name in ("x", "y", "z", "w")]
    question = Return(100, 10, 2, 50, 0, 1000)

    assert judge(question, [sound, *small[:2]]).name == "profitable"
    assert judge(question, [sound, *small]).reasons == ("placebo_failed",)


def test_doubts_about_several_types_add_up_and_the_decisive_ones_are_named() -> None:
    parts = [
        Part("a/like", 50, 5, 2, ["follows_demand"]),
        Part("a/share", 45, 5, 2, ["search_ads_not_split"]),
        Part("a/save", 1, 1, 2, ["once_only_goal"]),
        Part("a/view", 4, 1, 2, ["decay_unknown"]),
    ]

    together = judge(Return(100, 7, 2, 50, 0, 700), parts)
    alone = judge(Return(100, 7, 2, 50, 0, 2100), parts)

    assert together == Verdict("inconclusive", ("follows_demand", "search_ads_not_split"))
    assert alone.reasons == ("follows_demand", "search_ads_not_split")
    assert judge(Return(100, 7, 2, 50, 0, 1900), parts).reasons == ("follows_demand",)


def test_smallest_decisive_set_names_the_largest_doubts() -> None:
    parts = [
        Part("a/like", 40, 0, 2, ["follows_demand"]),
        Part("a/share", 30, 0, 2, ["search_ads_not_split"]),
        Part("a/save", 20, 0, 2, ["once_only_goal"]),
        Part("a/view", 60, 0, 2),
    ]

    found = judge(Return(150, 0, 2, 50, 0, 5100), parts)  # 48 conversions more than needed

    assert found.reasons == ("follows_demand", "search_ads_not_split")


def test_two_doubts_about_one_type_are_not_added() -> None:
    part = Part("a/like", 60, 5, 2, ["follows_demand", "once_only_goal"])
    rest = Part("a/share", 60, 5, 2)

    assert judge(Return(120, 7, 2, 50, 0, 1500), [part, rest]).name == "profitable"


# --- other doubts -----------------------------------------------------------------------------


def test_type_without_an_estimate_may_have_one_conversion_per_engagement() -> None:
    question, part = QUESTIONS["unprofitable"]
    few, many = (Doubt("not_counted:a/x", "a/x", up=float(count)) for count in (30, 50))

    assert judge(question, [part], [few]).name == "unprofitable"
    assert judge(question, [part], [many]) == Verdict("inconclusive", ("not_counted:a/x",))
    assert judge(QUESTIONS["profitable"][0], [part], [many]).name == "profitable"


def test_missing_costs_count_only_against_a_profit() -> None:
    missing = Doubt("cost_outside_window", "costs", down=-80.0)

    assert judge(*_args("profitable"), [missing]).reasons == ("cost_outside_window",)
    assert judge(*_args("unprofitable"), [missing]).name == "unprofitable"


def _args(base: str) -> tuple[Question, list[Part]]:
    question, part = QUESTIONS[base]
    return question, [part]


def test_unknown_warning_changes_nothing() -> None:
    question, part = QUESTIONS["profitable"]

    assert judge(question, [change(part, warnings=["brand_new:x"])]).name == "profitable"


def test_negative_estimate_that_may_be_too_low_may_be_zero() -> None:
    (doubt,) = verdicts.doubts_of(Part("a/like", -10, 2, 2, ["decay_unknown"]))
    (other,) = verdicts.doubts_of(Part("a/like", -10, 2, 2, ["follows_demand"]))

    assert (doubt.down, doubt.up) == (0, 10)
    assert (other.down, other.up) == (0, 0)


# --- comparisons ------------------------------------------------------------------------------


def compare(
    one: float, other: float, *, warnings: tuple[str, str] = ("", ""), unseen: Any = (0.0, 0.0)
) -> Verdict:
    """Two values with standard errors of 0.002, or 0.0002 if they are equal."""
    error = 0.0002 if one == other else 0.002
    question = Equivalence(Comparison(one, other, error**2, error**2, 0.0, 0.2, 2.0))
    parts = [
        Part(f"{side}", value, error, 2.0, [warning], gone, gone, side=side)
        for side, (value, warning, gone) in enumerate(
            zip((one, other), warnings, unseen, strict=True)
        )
    ]
    return judge(question, parts)


LESS, MORE, ALIKE = (0.010, 0.022), (0.022, 0.010), (0.02, 0.02)


@pytest.mark.parametrize(("values", "name"), [(LESS, "worth_less"), (MORE, "worth_more")])
def test_undeclared_ids_override_a_comparison_only_if_one_side_has_them(
    values: tuple[float, float], name: str
) -> None:
    undeclared = "ids_taken_for_people"
    smaller = 0 if name == "worth_less" else 1
    of_the_smaller = tuple(undeclared if side == smaller else "" for side in (0, 1))

    assert compare(*values, warnings=(undeclared, undeclared)).name == name
    assert compare(*values, warnings=("ids_are_devices",) * 2).name == "inconclusive"
    assert compare(*values, warnings=of_the_smaller).reasons == (undeclared,)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pair", "name"),
    [
        (LESS, "worth_less"),
        (MORE, "worth_more"),
        (ALIKE, "equivalent"),
        ((0.01, 0.011), "inconclusive"),
    ],
)
def test_comparison_uses_values(pair: tuple[float, float], name: str) -> None:
    assert compare(*pair).name == name


@pytest.mark.parametrize(
    ("pair", "engagement", "baseline"),
    [
        (LESS, {"too_low", "either"}, {"too_high", "either"}),
        (MORE, {"too_high", "either"}, {"too_low", "either"}),
        (ALIKE, {"too_high", "too_low", "either"}, {"too_high", "too_low", "either"}),
    ],
)
@pytest.mark.parametrize("side", [0, 1])
def test_comparison_respects_the_warnings_of_both_sides(
    pair: tuple[float, float], engagement: set[str], baseline: set[str], side: int
) -> None:
    takes = baseline if side else engagement
    for warning in WARNINGS:
        lowered = warning.severity == "do_not_act" or (
            warning.severity == "caution"
            and warning.code != "unseen_effect"
            and warning.may_be in takes
        )

        found = compare(*pair, warnings=("", warning.code) if side else (warning.code, ""))

        inconclusive = Verdict("inconclusive", (warning.code,))
        assert found == (inconclusive if lowered else compare(*pair)), warning.code


@pytest.mark.parametrize(
    ("pair", "unseen", "name"),
    [
        (LESS, (0.2, 0.0), "too_early"),
        (LESS, (0.0, 0.5), "worth_less"),
        (MORE, (0.0, 0.2), "too_early"),
        (MORE, (0.5, 0.0), "worth_more"),
        (ALIKE, (0.2, 0.0), "too_early"),
        (ALIKE, (0.0, 0.2), "too_early"),
        (ALIKE, (0.19, 0.0), "too_early"),  # 0.0247 to 0.0200
        (ALIKE, (0.19, 0.19), "equivalent"),
        ((0.010, 0.016), (0.1, 0.0), "too_early"),  # 0.0111 to 0.0160, each +- 0.002
        ((0.010, 0.016), (0.1, 0.1), "worth_less"),
    ],
)
def test_comparison_waits_for_an_unseen_effect_that_could_overturn_it(
    pair: tuple[float, float], unseen: tuple[float, float], name: str
) -> None:
    assert compare(*pair, unseen=unseen).name == name


# --- material effects -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("conversions", "count", "all_counts", "material"),
    [(1000, 900, 1000, 10.0), (1000, 10, 1000, 10.0), (1000, 3, 1000, 3.0), (1000, 0, 0, 0.0)],
)
def test_material_effect_is_a_share_of_all_conversions_and_less_for_rare_types(
    conversions: float, count: float, all_counts: float, material: float
) -> None:
    assert material_effect(conversions, count, all_counts) == pytest.approx(material)
