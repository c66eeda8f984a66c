"""The verdicts."""

from __future__ import annotations

from chalicelib.model.codes.entries import Code

VERDICTS = tuple(
    Code(code, title, meaning, help_, used_as=("verdict",))
    for code, title, meaning, help_ in (
        (
            "profitable",
            "Profitable",
            "The channel brought more than it cost: the whole interval of its ROI is above 0.",
            "Nothing is needed to settle it.",
        ),
        (
            "unprofitable",
            "Unprofitable",
            "The channel brought less than it cost: the whole interval of its ROI is below 0.",
            "Nothing is needed to settle it.",
        ),
        (
            "effective",
            "Effective",
            "The channel has no ROI (no cost, or no value), and it brought conversions: the whole "
            "interval is above 0.",
            "Add the costs, and the value of a conversion, to get a ROI.",
        ),
        (
            "no_effect_seen",
            "No effect seen",
            "The channel has no ROI (no cost, or no value), its conversions may be zero, and the "
            "interval rules out an effect of a size that matters.",
            "A different use of the channel, or an experiment if you expected an effect.",
        ),
        (
            "too_early",
            "Too early to tell",
            "Part of the effect comes after the last day of the data, and with that part the "
            "verdict could be a better one.",
            "Ask again when the effect has had time to arrive, or ask about an earlier range.",
        ),
        (
            "inconclusive",
            "Inconclusive",
            "The data do not settle the question, or a warning that is named in the reasons "
            "stands against the verdict that the interval alone would give.",
            "The additional days in `needed`, or what the named codes recommend.",
        ),
        (
            "not_estimable",
            "Not estimable",
            "There is no number; the reasons say why.",
            "What the reasons recommend.",
        ),
        (
            "worth_more",
            "Worth more",
            "One engagement is worth more than one engagement of the baseline.",
            "Nothing is needed to settle it.",
        ),
        (
            "worth_less",
            "Worth less",
            "One engagement is worth less than one engagement of the baseline.",
            "Nothing is needed to settle it.",
        ),
        (
            "equivalent",
            "Equivalent",
            "One engagement is worth as much as one of the baseline, within the margin.",
            "Nothing is needed to settle it.",
        ),
    )
)
