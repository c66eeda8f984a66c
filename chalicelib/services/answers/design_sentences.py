"""The sentence of a designed experiment: what to do, what it finds, and whether it is worth it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib.model.channels import title_of
from chalicelib.services.answers.summaries_in_words import words_of

if TYPE_CHECKING:
    from chalicelib.services.answers.design_shapes import DesignedTest

SHOWN_REGIONS = 5


def sentence_of_design(answer: DesignedTest) -> str:
    """What to do, what the test finds, what it costs, and the verdict."""
    if answer["verdict"] == "not_feasible":
        more = _finds(answer) if answer["smallest_detectable_effect"] is not None else ""
        return f"This test is not feasible: {words_of(answer['reasons'][:1])}.{more}"
    if answer["smallest_detectable_effect"] is None:
        return f"This test cannot be designed from these data: {words_of(answer['reasons'])}."
    return f"{_what_to_do(answer)}.{_finds(answer)}{_verdict(answer)}"


def _what_to_do(answer: DesignedTest) -> str:
    name = "the channel" if answer["channel"] is None else title_of(answer["channel"])
    match answer["kind"]:
        case "holdout":
            share = round(100 * (answer["control_share"] or 0.0))
            return (
                f"Withhold {name} from {share} % of {answer['people']:,} people, chosen by lot, "
                f"for {answer['days']} days"
            )
        case "geo":
            regions = answer["regions"] or []
            shown = ", ".join(regions[:SHOWN_REGIONS])
            more = f" and {len(regions) - SHOWN_REGIONS} more" * (len(regions) > SHOWN_REGIONS)
            return f"Switch {name} off in {shown}{more} for {answer['days']} days"
        case "switchback":
            on = len(answer["on_days"] or [])
            return (
                f"From {answer['first_day']} switch {name} on and off in blocks of "
                f"{answer['block']} days as listed: {on} of {answer['days']} days on"
            )


def _finds(answer: DesignedTest) -> str:
    smallest = answer["smallest_detectable_effect"] or 0.0
    expected = answer["expected_effect"]
    text = f" It finds an effect of {_effect(answer, smallest)} with 80 % power"
    if expected["estimate"] is None:
        return f"{text}."
    low, high = expected["ci_low"], expected["ci_high"]
    between = (
        "" if low is None or high is None else f" ({_short(answer, low)} to {_short(answer, high)})"
    )
    return f"{text}; the fit expects {_effect(answer, expected['estimate'])}{between}."


def _verdict(answer: DesignedTest) -> str:
    currency = answer["currency"]
    if answer["worth"] is None:
        return f" What it is worth is not known: {words_of(answer['reasons'])}."
    worth = f"{answer['worth']:,.0f} {currency}"
    cost = (
        "What it costs is not known"
        if answer["costs"] is None
        else f"It costs about {answer['costs']:,.0f} {currency} of value and saves "
        f"{answer['spend_saved'] or 0.0:,.0f} {currency} of spend"
    )
    end = "it is worth it" if answer["verdict"] == "worth_it" else "it is not worth it"
    return f" {cost}; better plans in the half year after it are worth {worth}: {end}."


def _effect(answer: DesignedTest, effect: float) -> str:
    match answer["effect_is_in"]:
        case "share_of_conversions":
            return f"{_short(answer, effect)} of the conversions"
        case "value_per_currency_unit":
            return f"{_short(answer, effect)} {answer['currency']} per {answer['currency']} spent"
        case "conversions_per_currency_unit":
            return f"{_short(answer, effect)} conversions per {answer['currency']} spent"


def _short(answer: DesignedTest, effect: float) -> str:
    if answer["effect_is_in"] == "share_of_conversions":
        return f"{100 * effect:.1f} %"
    return f"{effect:.3g}"
