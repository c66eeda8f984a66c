"""The verdicts."""

from __future__ import annotations

from chalicelib.model.codes.entries import Code

VERDICTS = tuple(
    Code(code, title, meaning, help_, used_as=("verdict",))
    for code, title, meaning, help_ in (
        (
            "profitable",
            "Profitable",
            "The incremental revenue exceeds the cost: the whole interval of the ROI is above 0.",
            "No action is needed.",
        ),
        (
            "unprofitable",
            "Unprofitable",
            "The incremental revenue is below the cost: the whole interval of the ROI is below 0.",
            "No action is needed.",
        ),
        (
            "effective",
            "Effective",
            "There is no ROI (no cost, or no value), but there are incremental conversions: the "
            "whole interval is above 0.",
            "Add costs and the value of conversions to get an ROI.",
        ),
        (
            "no_effect_seen",
            "No effect seen",
            "There is no ROI (no cost, or no value), the incremental conversions may be zero, and "
            "the interval rules out an effect that matters.",
            "Use the channel differently, or run an experiment if you expected an effect.",
        ),
        (
            "too_early",
            "Too early to tell",
            "Part of the effect occurs after the last day of the data and could improve the "
            "verdict.",
            "Wait until the effect has had time to occur, or choose an earlier range.",
        ),
        (
            "inconclusive",
            "Inconclusive",
            "The data do not settle the question, or a warning in the reasons contradicts the "
            "verdict that the interval alone would give.",
            "Collect the additional days in `needed`, or follow the advice for the reasons.",
        ),
        (
            "not_estimable",
            "Not estimable",
            "There is no estimate; the reasons explain why.",
            "Follow the advice for the reasons.",
        ),
        (
            "worth_more",
            "Worth more",
            "One engagement is worth more than one engagement of the baseline.",
            "No action is needed.",
        ),
        (
            "worth_less",
            "Worth less",
            "One engagement is worth less than one engagement of the baseline.",
            "No action is needed.",
        ),
        (
            "equivalent",
            "Equivalent",
            "One engagement is worth as much as one of the baseline, within the margin.",
            "No action is needed.",
        ),
        (
            "adds_value",
            "Adds value",
            "Following causes conversions: the whole interval is above 0.",
            "No action is needed.",
        ),
        (
            "costs_sales",
            "Costs sales",
            "Following lowers conversions: the whole interval is below 0.",
            "Check what followers are shown.",
        ),
        (
            "nothing_shown",
            "Nothing shown",
            "The data do not show whether following has an effect.",
            "Collect the additional followers in `needed`, or run an experiment.",
        ),
        (
            "at_most",
            "At most",
            "Only an upper limit is known: what all organic engagements of the channel bring "
            "together.",
            "Send follows with `user_id`.",
        ),
        (
            "below_tipping_point",
            "Below the tipping point",
            "Each share brings fewer than one further share, so spreading ends by itself: the "
            "whole interval is below 1, with missing parents allowed for.",
            "No action is needed.",
        ),
        (
            "above_tipping_point",
            "Above the tipping point",
            "Each share brings more than one further share, so spreading grows by itself: the "
            "whole interval is above 1.",
            "No action is needed.",
        ),
        (
            "below_as_recorded",
            "Below the tipping point as recorded",
            "Each share brings fewer than one recorded further share, but so many parents may be "
            "missing that the true number may be above 1.",
            "Import shares with their parents; declare `parents: complete` if none are missing.",
        ),
        (
            "not_settled",
            "Not settled",
            "The data do not settle whether each share brings more or fewer than one further "
            "share.",
            "Use a longer range, or wait until the shares are older.",
        ),
        (
            "move",
            "Move money",
            "The plan is better than today's division in nine of ten draws, and gains at least 1 % "
            "of the spend.",
            "Change the spends as planned, and plan again after some weeks.",
        ),
        (
            "stay",
            "Stay",
            "No division of the budget is expected to gain at least 1 % of the spend.",
            "No action is needed.",
        ),
        (
            "test_first",
            "Test first",
            "Something can be gained, but it is not sure enough which change gains it.",
            "Run the experiment that is worth most, then plan again.",
        ),
        (
            "undecided",
            "Undecided",
            "No channel is the best place for the next euro in nine of ten draws.",
            "Run an experiment on the channels that come closest.",
        ),
        (
            "worth_it",
            "Worth it",
            "The experiment is expected to bring more than it costs, and at least 1 % of the "
            "spend.",
            "Run it.",
        ),
        (
            "not_worth_it",
            "Not worth it",
            "The experiment is not expected to bring more than it costs, or less than 1 % of the "
            "spend.",
            "Plan without it.",
        ),
        (
            "not_feasible",
            "Not feasible",
            "The experiment would not find what there is to find, or it has too few days, people "
            "or regions.",
            "Use more people, regions or days, or test a larger change.",
        ),
        (
            "better",
            "Better",
            "The share of negative messages fell: the whole interval of the change is below 0.",
            "No action is needed.",
        ),
        (
            "worse",
            "Worse",
            "The share of negative messages rose: the whole interval of the change is above 0.",
            "Read the messages of the range.",
        ),
        (
            "no_change_seen",
            "No change seen",
            "The data do not show whether the share of negative messages changed.",
            "Check more messages, or use longer ranges.",
        ),
        (
            "shitstorm",
            "Shitstorm",
            "The day has more criticism than chance explains, also for the amount"
            " of the other talk.",
            "Read the criticism of the day, and answer it.",
        ),
        (
            "buzz",
            "Buzz",
            "The day has unusually many messages, but criticism is not an "
            "unusually large part of them.",
            "No action is needed.",
        ),
        (
            "quiet",
            "Quiet",
            "The day has no more messages and no more criticism than usual.",
            "No action is needed.",
        ),
        (
            "may_come_through_search",
            "May come through search",
            "The effect is clear, and search can be its way: the bound of the path is at least a "
            "quarter of the lower end of the effect.",
            "Declare a cause that works through search alone, or run an experiment.",
        ),
        (
            "not_through_search",
            "Not through search",
            "The effect is clear, and at most a quarter of its lower end can come through search.",
            "No action is needed.",
        ),
        (
            "through_search",
            "Through search",
            "A part of the effect comes through search, if the cause declared with "
            "`only_through_search` works through search alone: the whole interval is above 0.",
            "Check whether the declared cause has another way to conversions.",
        ),
        (
            "brings_visits_only",
            "Brings visits",
            "The engagements bring visits from search; an effect on conversions is not shown.",
            "Use a longer window, or run an experiment.",
        ),
        (
            "effect_path_unknown",
            "Way unknown",
            "The effect is clear, but the data do not show whether it comes through search.",
            "Import visits from search, or use a longer window.",
        ),
        (
            "stars_matter",
            "Stars matter",
            "A star more in the display changes sales: the whole interval is on one side of 0.",
            "No action is needed.",
        ),
    )
)
