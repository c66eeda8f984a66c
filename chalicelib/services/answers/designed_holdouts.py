"""The design of a holdout: its people, from the conversions per person that the fit saw."""

from __future__ import annotations

from chalicelib.attribution.experiments.holdout_design import HoldoutPlan
from chalicelib.attribution.experiments.holdouts import ASSUMED_DISPERSION
from chalicelib.services.answers.design_questions import DEFAULT_CONTROL_SHARE, DesignAsked
from chalicelib.services.answers.designed_parts import (
    Designed,
    Subject,
    bounds_of,
    obstacle_of_size,
)
from chalicelib.services.experiments import ONCE_ONLY_GOALS
from chalicelib.services.fitting.converting_people import ConvertingPeople

PSEUDO_TESTS = 400


def design_holdout(
    subject: Subject, asked: DesignAsked, days: int, known: ConvertingPeople | None
) -> Designed:
    """Design a holdout.

    Parameters
    ----------
    known : ConvertingPeople, optional
        Identified people of the fit; they are the people of the test unless the caller gives other
        numbers.
    """
    share = DEFAULT_CONTROL_SHARE if asked.control_share is None else asked.control_share
    least, most_people = None, asked.people
    rate = asked.rate
    if known is not None and known["conversions"] > 0:
        if rate is None:
            rate = known["conversions"] / known["people"] * days / subject.window_days
        if most_people is None and asked.rate is None:
            most_people = int(known["people"])
    shares = [subject.lift(one) for one in bounds_of(subject.brings)]
    plain = Designed(
        "share_of_conversions",
        days,
        wanted=asked.effect,
        expected=(shares[0], shares[1], shares[2]),
        most=subject.lift(subject.most),
        control_share=share,
        rate=rate,
    )
    if rate is None:
        return _without(plain, "people_unknown")
    ratio, warnings = _repeats(subject, known, days, rate)
    plan = HoldoutPlan(rate, share, ratio)
    if asked.effect is not None:
        least = plan.people_needed(asked.effect)
    people = most_people
    if asked.people is None and least is not None:
        people = least if most_people is None else min(least, most_people)
    if people is None:
        return _without(plain, "people_unknown")
    if min(people * share, people * (1.0 - share)) < 1.0:
        return _without(plain, "people_too_few")
    smallest = plan.smallest_lift(people)
    obstacles = obstacle_of_size(smallest, asked.effect, plain.most)
    if obstacles and asked.effect is not None:
        obstacles = ("people_too_few",)
    everyone = subject.conversions * days
    return Designed(
        plain.unit,
        days,
        smallest=smallest,
        wanted=asked.effect,
        expected=plain.expected,
        most=plain.most,
        error_per_spend=subject.error_per_spend(
            plan.standard_error(people), max(subject.conversions - (_estimate(subject) or 0.0), 0.0)
        ),
        days_lost=None if everyone <= 0 else days * share * min(people * rate / everyone, 1.0),
        false_positives=plan.false_positives(people, PSEUDO_TESTS),
        pseudo_tests=PSEUDO_TESTS,
        obstacles=obstacles,
        warnings=warnings,
        people=people,
        control_share=share,
        rate=rate,
    )


def _estimate(subject: Subject) -> float | None:
    return None if subject.brings is None else subject.brings.estimate


def _without(plain: Designed, reason: str) -> Designed:
    obstacles, unknown = ((reason,), ()) if reason == "people_too_few" else ((), (reason,))
    return Designed(
        plain.unit,
        plain.days,
        wanted=plain.wanted,
        expected=plain.expected,
        most=plain.most,
        obstacles=obstacles,
        unknown=unknown,
        control_share=plain.control_share,
        rate=plain.rate,
    )


def _repeats(
    subject: Subject, known: ConvertingPeople | None, days: int, rate: float
) -> tuple[float, tuple[str, ...]]:
    """The repeat ratio during the test, and what was assumed for it.

    A person's pairs of conversions grow with the square of the time if people differ but do not
    change, so the ratio less one grows with the time.
    """
    if known is not None and known["conversions"] > 0:
        seen = max(known["sum_of_squares"] / known["conversions"] - 1.0, 0.0)
        return 1.0 + seen * days / subject.window_days, ()
    if subject.goal in ONCE_ONLY_GOALS:
        return 1.0, ()
    return ASSUMED_DISPERSION + rate, ("repeat_buyers_unknown",)
