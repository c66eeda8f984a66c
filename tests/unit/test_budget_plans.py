"""Plans and response curves from a fit document, and the command `plan`."""

from __future__ import annotations

import copy
import datetime as dt
import io
import json
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chalicelib.cli import main
from chalicelib.model.channels import title_of
from chalicelib.model.codes import CODES, stem_of
from chalicelib.model.codes.warning_codes import WARNINGS
from chalicelib.model.errors import InvalidFields, OtherVersion
from chalicelib.model.events import parse_event
from chalicelib.report.plan_notes import lines_of_design, lines_of_plan
from chalicelib.services import answers
from chalicelib.services.answers.budget_plans import BudgetPlan, PlanAsked, plan_budget
from chalicelib.services.answers.channel_curves import response_curves
from chalicelib.services.answers.design_questions import DesignAsked
from chalicelib.services.answers.experiment_designs import design_experiment
from chalicelib.services.answers.plan_bodies import read_plan
from chalicelib.services.answers.plan_sentences import cases_words, nothing_may_rise
from chalicelib.services.answers.planned_goals import SUSPICIONS, reasons_against
from chalicelib.services.fitting.estimation import fit_events
from chalicelib.services.fitting.fit_documents import FitDocument
from tests.factories import make_conversion, make_cost, make_event
from tests.worlds.budgets import BUDGET_WORLDS, VALUE, simulate_budgets

START = dt.date(2025, 1, 1)


def events_of(world: str, seed: int, days: int) -> Iterator[dict[str, Any]]:
    """The totals of the last days of a world of budgets as events."""
    run = simulate_budgets(BUDGET_WORLDS[world], seed)
    for t in range(run.outcome.size - days, run.outcome.size):
        at = f"{START + dt.timedelta(days=t)}T12:00:00Z"
        for k, name in enumerate(run.names):
            cost = {"amount": f"{run.spend[t, k]:.2f}", "currency": "EUR"}
            yield make_cost(event_id=f"c{t}-{k}", channel=name, occurred_at=at, amount=cost)
            yield make_event(
                event_id=f"e{t}-{k}",
                channel=name,
                type="click",
                paid=True,
                occurred_at=at,
                count=int(run.clicks[t, k]),
                user_id=None,
            )
        sold = int(run.outcome[t])
        value = {"amount": f"{VALUE * sold:.2f}", "currency": "EUR"}
        yield make_conversion(
            event_id=f"o{t}", occurred_at=at, count=sold, value=value, user_id=None
        )


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    return list(events_of("brand_search", 1, 300))


@pytest.fixture(scope="module")
def fitted(lines: list[dict[str, Any]]) -> FitDocument:
    return fit_events(
        map(parse_event, lines),
        window=None,
        currency="EUR",
        as_of=dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
        fit_id="f",
    )


def by_name(answer: Any) -> dict[str, Any]:
    return {one["channel"]: one for one in answer["channels"]}


def test_a_plan_keeps_its_budget_its_limits_and_what_is_frozen(fitted: FitDocument) -> None:
    answer = plan_budget(fitted, PlanAsked(freeze=("meta_ads",), move_at_most=0.2))

    channels = by_name(answer)
    assert answer["verdict"] in {"move", "stay", "test_first"}
    assert sum(one["plan"] for one in channels.values()) <= answer["budget_per_day"] + 0.05
    for one in channels.values():
        assert one["bounds"][0] - 0.01 <= one["plan"] <= one["bounds"][1] + 0.01
    assert channels["meta_ads"]["reasons"] == ["frozen_on_request"]
    assert channels["brand_search"]["reasons"] == ["on_the_way"]
    assert channels["brand_search"]["plan"] == channels["brand_search"]["now"]
    assert channels["brand_search"]["marginal_return"]["estimate"] is None
    assert channels["google_ads"]["marginal_return"]["estimate"] > 0
    assert answer["warnings"] == ["revenue_is_not_margin"]


def test_every_code_of_a_plan_is_registered(fitted: FitDocument) -> None:
    answer = plan_budget(fitted, PlanAsked(freeze=("meta_ads",)))

    codes = {answer["verdict"], *answer["reasons"], *answer["warnings"]}
    codes |= {reason for one in answer["channels"] for reason in one["reasons"]}
    assert {stem_of(code) for code in codes} <= set(CODES)
    for code in (
        *("moves_together_with", "spend_does_not_vary", "no_spend_today", "nothing_to_move"),
        *("budget_out_of_reach", "few_independent_draws", "undecided"),
    ):
        assert code in CODES


def test_a_test_that_is_not_feasible_is_listed_but_not_advised(fitted: FitDocument) -> None:
    answer = plan_budget(fitted, PlanAsked())

    tested = {one["channel"]: one for one in answer["test_first"]}["brand_search"]
    designed = design_experiment(fitted, DesignAsked(channel="brand_search"))
    assert (tested["verdict"], tested["worth"]) == ("not_feasible", None)
    assert tested["reasons"] == ["effect_too_small_to_find"] == designed["reasons"][:1]
    assert designed["verdict"] == "not_feasible"
    assert "Brand search" not in answer["sentence"]


def precise(document: FitDocument, noise: float = 0.001) -> FitDocument:
    """The same fit of a brand whose conversions hardly vary, so that tests are precise."""
    changed = copy.deepcopy(document)
    goal = changed["goals"]["purchase"]
    goal["curves"]["noise"] = {"variance": noise, "level_ratio": 0.001}
    goal["conversions"] = [round(sum(goal["conversions"]) / len(goal["conversions"]))] * len(
        goal["conversions"]
    )
    return changed


def test_an_advised_test_has_the_worth_of_its_design(fitted: FitDocument) -> None:
    document = precise(fitted)

    answer = plan_budget(document, PlanAsked(margin=0.5))

    tested = {one["channel"]: one for one in answer["test_first"]}["brand_search"]
    designed = design_experiment(document, DesignAsked(channel="brand_search", margin=0.5))
    assert tested["verdict"] == designed["verdict"] == "worth_it"
    assert tested["worth"] == designed["worth"]
    assert "Brand search stays until a test says what it brings" in answer["sentence"]


def test_a_plan_advises_a_test_only_if_one_may_settle_it(fitted: FitDocument) -> None:
    def asked(noise: float) -> BudgetPlan:
        document = precise(fitted, noise)
        return plan_budget(document, PlanAsked(sure=0.999))  # sure enough of nothing

    good, bad = asked(0.001), asked(1e9)

    assert good["verdict"] == "test_first"
    assert good["test_first"][0]["verdict"] == "worth_it"
    assert (bad["verdict"], bad["reasons"]) == ("stay", ["no_test_would_settle_it"])
    assert {one["verdict"] for one in bad["test_first"]} == {"not_feasible"}
    assert "no test of usual size would settle it" in bad["sentence"]
    assert all(one["plan"] == one["now"] for one in bad["channels"])


def test_several_goals_value_a_test_of_the_first(fitted: FitDocument) -> None:
    document = precise(fitted)

    one, two = (plan_budget(document, PlanAsked(goals={"purchase": f})) for f in (1.0, 2.0))

    worth = [plan["test_first"][0]["worth"] or 0.0 for plan in (one, two)]
    assert worth[0] > 0
    assert worth[1] == pytest.approx(2 * worth[0], rel=0.02)


def test_a_gain_is_for_all_days_and_after_the_margin(fitted: FitDocument) -> None:
    four, eight = (plan_budget(fitted, PlanAsked(days=days)) for days in (28, 56))
    margin = plan_budget(fitted, PlanAsked(margin=0.5))

    assert eight["gain"]["estimate"] == pytest.approx(2 * four["gain"]["estimate"], abs=0.05)
    if margin["channels"] and margin["verdict"] == four["verdict"]:
        assert margin["gain"]["estimate"] == pytest.approx(four["gain"]["estimate"] / 2, rel=0.1)
    assert margin["warnings"] == []


def test_a_budget_out_of_reach_is_no_plan(fitted: FitDocument) -> None:
    answer = plan_budget(fitted, PlanAsked(budget=1e6))

    assert answer["verdict"] == "not_estimable"
    assert answer["reasons"] == ["budget_out_of_reach"]
    assert answer["gain"]["estimate"] is None
    assert answer["sentence"].startswith("No plan can be made")


def test_another_budget_is_compared_with_todays_division_of_it(fitted: FitDocument) -> None:
    now = plan_budget(fitted, PlanAsked())["budget_per_day"]

    answer = plan_budget(fitted, PlanAsked(budget=28 * (now + 50.0)))

    assert answer["compared_with"] == "now_scaled_to_budget"
    assert now + 45.0 <= answer["budget_per_day"] <= now + 50.01


def test_with_a_single_channel_there_is_nothing_to_move(fitted: FitDocument) -> None:
    others = ("meta_ads", "linkedin_ads", "tiktok_ads", "pinterest_ads")

    answer = plan_budget(fitted, PlanAsked(freeze=others))

    assert (answer["verdict"], answer["reasons"]) == ("not_estimable", ["nothing_to_move"])


def test_a_goal_without_value_is_planned_in_conversions(fitted: FitDocument) -> None:
    document = copy.deepcopy(fitted)
    curves = document["goals"]["purchase"]["curves"]
    curves["has_value"] = False
    for one in curves["channels"]:
        one["returns"] = [r / VALUE for r in one["returns"]]

    answer = plan_budget(document, PlanAsked())

    assert answer["gain_is_in"] == "conversions"
    assert answer["warnings"] == []
    money = plan_budget(fitted, PlanAsked())["gain"]["estimate"]
    assert answer["gain"]["estimate"] == pytest.approx(money / VALUE, rel=0.3)
    with pytest.raises(InvalidFields, match="no value"):
        plan_budget(document, PlanAsked(free=True))


def test_a_plan_that_could_raise_no_channel_does_not_claim_that_no_division_is_better(
    fitted: FitDocument,
) -> None:
    document = copy.deepcopy(fitted)
    for one in document["goals"]["purchase"]["curves"]["channels"]:
        one["highest"] = one["now"]

    answer = plan_budget(document, PlanAsked())

    assert answer["verdict"] == "stay"
    assert answer["gain"] == {"estimate": 0.0, "ci_low": 0.0, "ci_high": 0.0}
    assert "no channel may get more, because none has ever had more" in answer["sentence"]
    assert "No division" not in answer["sentence"]
    assert nothing_may_rise({**answer, "compared_with": "now_scaled_to_budget"}) is False
    room = plan_budget(fitted, PlanAsked())
    assert nothing_may_rise(room) is False


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (1.0, "more than 99 of 100 cases"),
        (0.994, "99 of 100 cases"),
        (0.5, "50 of 100 cases"),
        (0.006, "1 of 100 cases"),
        (0.0, "fewer than 1 of 100 cases"),
    ],
)
def test_a_chance_is_never_certain(chance: float, words: str) -> None:
    assert cases_words(chance) == words


def with_leads(fitted: FitDocument) -> FitDocument:
    """The fit with a second goal, whose conversions respond alike and carry no value."""
    document = copy.deepcopy(fitted)
    document["goals"]["lead"] = copy.deepcopy(document["goals"]["purchase"])
    curves = document["goals"]["lead"]["curves"]
    curves["has_value"] = False
    for one in curves["channels"]:
        one["returns"] = [r / VALUE for r in one["returns"]]
    return document


def test_values_of_several_goals_add_up_in_draws_that_are_independent(fitted: FitDocument) -> None:
    document = with_leads(fitted)

    one = plan_budget(document, PlanAsked())
    both = plan_budget(document, PlanAsked(goals={"purchase": 1.0, "lead": VALUE}))

    assert (both["gain_is_in"], both["goals"]) == ("currency", {"purchase": 1.0, "lead": VALUE})
    for single, double in zip(one["channels"], both["channels"], strict=True):
        assert (single["now"], single["frozen"]) == (double["now"], double["frozen"])
        if single["frozen"]:
            continue
        alone, added = single["marginal_return"], double["marginal_return"]
        assert added["estimate"] == pytest.approx(2 * (alone["estimate"] or 0.0), abs=2e-4)
        width = (added["ci_high"] or 0.0) - (added["ci_low"] or 0.0)
        assert width < 1.75 * ((alone["ci_high"] or 0.0) - (alone["ci_low"] or 0.0))
    assert "revenue_is_not_margin" in both["warnings"]


def test_a_value_is_a_factor_where_conversions_carry_one_and_the_margin_is_theirs(
    fitted: FitDocument,
) -> None:
    document = with_leads(fitted)

    def marginal(margin: float | None, **goals: float) -> float:
        answer = plan_budget(document, PlanAsked(goals=goals, margin=margin))
        return by_name(answer)["google_ads"]["marginal_return"]["estimate"]  # type: ignore[no-any-return]

    assert marginal(None, purchase=2.0) == pytest.approx(2 * marginal(None, purchase=1.0), abs=2e-4)
    assert marginal(0.5, purchase=2.0) == pytest.approx(marginal(None, purchase=1.0), abs=2e-4)
    assert marginal(0.5, lead=40.0) == marginal(None, lead=40.0)


def test_a_channel_that_one_goal_cannot_judge_is_frozen_for_all(fitted: FitDocument) -> None:
    document = with_leads(fitted)
    meta = next(
        one
        for one in document["goals"]["lead"]["curves"]["channels"]
        if one["channel"] == "meta_ads"
    )
    meta |= {"returns": [], "bend_of": "", "decay_of": "", "reasons": ["too_few_engagements"]}

    answer = plan_budget(document, PlanAsked(goals={"purchase": 1.0, "lead": 40.0}))

    found = by_name(answer)["meta_ads"]
    assert (found["frozen"], found["reasons"]) == (True, ["too_few_engagements"])
    assert found["plan"] == found["now"]


def test_leads_without_value_are_planned_by_the_cost_of_the_next_one(fitted: FitDocument) -> None:
    answer = plan_budget(with_leads(fitted), PlanAsked(), goal="lead")

    found = by_name(answer)["google_ads"]
    marginal, costs = found["marginal_return"], found["next_conversion_costs"]
    assert costs["estimate"] == pytest.approx(1.0 / marginal["estimate"], rel=1e-3)
    assert costs["ci_low"] == pytest.approx(1.0 / marginal["ci_high"], rel=1e-3)
    money = by_name(plan_budget(fitted, PlanAsked()))["google_ads"]
    assert money["next_conversion_costs"]["estimate"] is None


@pytest.mark.parametrize(
    "goals", [{}, {"lead": 0.0}, {"lead": float("nan")}, {f"g{k}": 1.0 for k in range(21)}]
)
def test_values_of_goals_have_limits(goals: dict[str, float]) -> None:
    with pytest.raises(InvalidFields, match="goals"):
        PlanAsked(goals=goals)


def test_a_goal_beside_values_and_an_unknown_goal_are_rejected(fitted: FitDocument) -> None:
    with pytest.raises(InvalidFields, match="either one goal or several"):
        plan_budget(fitted, PlanAsked(goals={"purchase": 1.0}), goal="purchase")
    with pytest.raises(InvalidFields, match="known: purchase"):
        plan_budget(fitted, PlanAsked(goals={"lead": 1.0}))


def test_suspicions_and_twins_freeze_a_channel(fitted: FitDocument) -> None:
    document = copy.deepcopy(fitted)
    first, second, *_ = document["goals"]["purchase"]["curves"]["channels"][1:]
    first["warnings"] = ["placebo_failed", "decay_unknown"]
    second["together_with"] = ["google_ads"]

    channels = by_name(plan_budget(document, PlanAsked()))

    assert channels[first["channel"]]["reasons"] == ["placebo_failed"]
    assert channels[second["channel"]]["reasons"] == ["moves_together_with:google_ads"]
    assert all(channels[one["channel"]]["frozen"] for one in (first, second))


def test_every_warning_not_to_act_freezes_a_channel() -> None:
    assert set(SUSPICIONS) == {one.code for one in WARNINGS if one.severity == "do_not_act"}
    for code in ("promotion_suspected", "placebo_failed"):
        channel = {"reasons": [], "warnings": [code], "together_with": [], "now": 1.0}
        assert reasons_against(channel | {"channel": "facebook"}) == [code]


def test_a_channel_whose_costs_are_not_by_day_stays_and_is_not_tested(fitted: FitDocument) -> None:
    document = copy.deepcopy(fitted)
    stored = document["goals"]["purchase"]["curves"]["channels"]
    name = stored[0]["channel"]
    for one in stored:
        if one["channel"] == name:
            one.update(reasons=["costs_not_by_day"], returns=[], bend_of="", decay_of="")

    answer = plan_budget(document, PlanAsked())
    design = design_experiment(document, DesignAsked(channel=name, kind="switchback"))

    assert by_name(answer)[name]["frozen"]
    assert by_name(answer)[name]["reasons"] == ["costs_not_by_day"]
    assert name not in [test["channel"] for test in answer["test_first"]]
    assert (design["verdict"], design["worth"]) == ("not_feasible", None)
    assert "costs_not_by_day" in design["reasons"]


def test_costs_by_the_month_and_channels_without_engagements_are_named(
    lines: list[dict[str, Any]],
) -> None:
    first = next(one["channel"] for one in lines if one["kind"] == "cost")
    monthly = [
        one
        for one in lines
        if not (one["kind"] == "cost" and one["channel"] == first)
        or one["occurred_at"][8:10] == "01"
    ]
    radio = [
        make_cost(event_id=f"r{one['event_id']}", channel="radio", occurred_at=one["occurred_at"])
        for one in lines
        if one["kind"] == "conversion"
    ]

    document = fit_events(
        map(parse_event, [*monthly, *radio]),
        window=None,
        currency="EUR",
        as_of=dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
        fit_id="f",
    )
    answer = plan_budget(document, PlanAsked())

    planned = by_name(answer)
    assert "costs_not_by_day" in planned[first]["reasons"]
    assert planned["radio"]["reasons"] == ["no_engagements"]
    assert (planned["radio"]["now"], planned["radio"]["frozen"]) == (300.0, True)
    assert answer["budget_per_day"] >= 300.0
    assert not {first, "radio"} & {test["channel"] for test in answer["test_first"]}


def test_the_text_of_a_plan_has_its_spends_reasons_and_warnings(fitted: FitDocument) -> None:
    plan = plan_budget(fitted, PlanAsked(freeze=(fitted_channels(fitted)[0],)))

    text = "\n".join(lines_of_plan(plan))

    assert text.startswith(plan["sentence"])
    for one in plan["channels"]:
        line = next(line for line in text.split("\n") if line.startswith(f"  {named(one)}: "))
        assert f"{one['now']:,.2f}" in line
        assert ("stays (" in line) == one["frozen"]
    assert "Frozen on request" in text
    assert "Caution: Revenue is not margin. Give the contribution margin." in text
    assert "Revenue is not margin" not in "\n".join(
        lines_of_plan(plan_budget(fitted, PlanAsked(margin=0.4)))
    )


def fitted_channels(document: FitDocument) -> list[str]:
    return [one["channel"] for one in document["goals"]["purchase"]["curves"]["channels"]]


def named(one: Any) -> str:
    return title_of(one["channel"])


def test_the_text_of_a_design_has_its_warnings(fitted: FitDocument) -> None:
    name = fitted_channels(fitted)[1]
    design = design_experiment(fitted, DesignAsked(channel=name, kind="switchback"))

    sentence, *more = lines_of_design(design)

    assert sentence == design["sentence"]
    assert "Revenue is not margin" in more[-1]


def test_a_plan_for_one_day_says_so(fitted: FitDocument) -> None:
    sentence = plan_budget(fitted, PlanAsked(days=1))["sentence"]

    assert " in 1 day (" in sentence


def test_a_margin_in_percent_is_rejected_with_a_hint() -> None:
    with pytest.raises(InvalidFields, match=r"must be from 0.001 to 1 \(0.4 is 40 %\)"):
        PlanAsked(margin=40.0)


def test_draws_of_a_few_states_move_nothing(fitted: FitDocument) -> None:
    document = copy.deepcopy(fitted)
    document["goals"]["purchase"]["curves"]["effective"] = 12.0

    answer = plan_budget(document, PlanAsked())

    assert (answer["verdict"], answer["reasons"]) == ("not_estimable", ["few_independent_draws"])
    assert all(one["plan"] == one["now"] for one in answer["channels"])
    curves = by_name(response_curves(document))
    assert "few_independent_draws" in curves["google_ads"]["warnings"]


def test_fits_of_earlier_versions_have_no_plan(fitted: FitDocument) -> None:
    document = copy.deepcopy(fitted)
    del document["goals"]["purchase"]["curves"]

    with pytest.raises(OtherVersion):
        plan_budget(document, PlanAsked())


@pytest.mark.parametrize(
    "body",
    [
        {"days": 0},
        {"days": 1.5},
        {"margin": Decimal("1.5")},
        {"free": "yes"},
        {"freeze": "meta_ads"},
        {"free": True, "budget": 100},
        {"sure": True},
        {"goals": {"lead": "40"}},
        {"goals": ["lead"]},
    ],
)
def test_wrong_bodies_are_rejected(body: dict[str, Any]) -> None:
    with pytest.raises(InvalidFields):
        read_plan(body)


def test_a_body_is_read() -> None:
    body = {"budget": 100, "margin": Decimal("0.4"), "freeze": ["a"], "days": 7}
    asked = read_plan({**body, "goals": {"lead": 40}})

    assert asked == PlanAsked(budget=100.0, margin=0.4, freeze=("a",), days=7, goals={"lead": 40.0})


def test_unknown_channels_are_named(fitted: FitDocument) -> None:
    with pytest.raises(InvalidFields, match="known: brand_search, google_ads"):
        plan_budget(fitted, PlanAsked(freeze=("facebook",)))
    with pytest.raises(InvalidFields, match="known"):
        response_curves(fitted, channel="facebook")


def test_response_curves_rise_and_say_what_was_seen(fitted: FitDocument) -> None:
    answer = response_curves(fitted)

    google = by_name(answer)["google_ads"]
    values = [point["value"]["estimate"] for point in google["points"]]
    assert values[0] == 0.0
    assert values == sorted(values)
    seen = [point["spend"] for point in google["points"] if point["seen"]]
    assert google["lowest_seen"] <= min(seen) <= max(seen) <= google["highest_seen"]
    assert google["return_now"]["estimate"] == pytest.approx(
        google["value_now"]["estimate"] / google["now"], rel=1e-3
    )
    assert google["marginal_return"]["estimate"] <= google["return_now"]["estimate"]
    brand = by_name(answer)["brand_search"]
    assert (brand["points"], brand["reasons"]) == ([], ["on_the_way"])
    rows = list(answers.curve_rows(answer))
    assert {row["channel"] for row in rows} == set(by_name(answer)) - {"brand_search"}
    assert rows[0].keys() == set(answers.CURVES_TABLE.columns)


def test_the_command_prints_the_answer_of_the_endpoint(
    lines: list[dict[str, Any]], fitted: FitDocument, tmp_path: Path
) -> None:
    file = tmp_path / "events.ndjson"
    file.write_text("\n".join(json.dumps(one) for one in lines))
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()):
        status = main(["plan", str(file), "--freeze", "meta_ads,tiktok_ads", "--format", "json"])

    answer, expected = (
        json.loads(out.getvalue()),
        plan_budget(fitted, PlanAsked(freeze=("meta_ads", "tiktok_ads"))),
    )
    assert status == 0
    assert {**answer, "fit": None} == {**json.loads(json.dumps(expected)), "fit": None}


def test_the_command_plans_for_several_goals(lines: list[dict[str, Any]], tmp_path: Path) -> None:
    leads = [
        {**one, "event_id": f"lead-{one['event_id']}", "goal": "lead", "value": None}
        for one in lines
        if one["kind"] == "conversion"
    ]
    file = tmp_path / "events.ndjson"
    events = ({k: v for k, v in one.items() if v is not None} for one in [*lines, *leads])
    file.write_text("\n".join(json.dumps(one) for one in events))

    def run(*more: str) -> tuple[int, str, str]:
        with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
            status = main(["plan", str(file), "--format", "json", *more])
        return status, out.getvalue(), err.getvalue()

    status, out, _ = run("--goal-value", "lead=40")
    wrong = run("--goal-value", "lead")

    assert status == 0
    assert json.loads(out)["goals"] == {"lead": 40.0, "purchase": 1.0}
    assert wrong[0] == 2
    assert "expected GOAL=VALUE" in wrong[2]
