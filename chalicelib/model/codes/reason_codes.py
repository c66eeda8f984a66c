"""The reasons: why a number is null, or a verdict is missing."""

from __future__ import annotations

from chalicelib.model.codes.entries import Code

REASONS = (
    # --- too little data --------------------------------------------------------------------
    Code(
        "too_few_conversions",
        "Too few conversions",
        "There are fewer than 20 conversions of the goal on which an estimate could rest.",
        "A longer window, or a goal that is reached more often.",
        "caution",
    ),
    Code(
        "too_few_engagements",
        "Too few engagements",
        "There are fewer than 50 engagements of this type.",
        "A longer window, or more engagements.",
        "caution",
    ),
    Code(
        "too_short_window",
        "Window too short",
        "There are too few days (or weeks) with data for the number of engagement types.",
        "A longer window.",
        "caution",
    ),
    Code(
        "no_common_days",
        "No common days",
        "There are no days, or too few, for which both the engagements and the conversions have "
        "data.",
        "Import the missing reports, so that both sources cover the same days.",
        "caution",
    ),
    Code(
        "sparse_totals",
        "Totals too far apart",
        "Totals arrive less often than once a week, and the days in between are not known to be "
        "zero.",
        "Daily or weekly totals.",
        "caution",
    ),
    Code(
        "weekly_totals",
        "Weekly totals among daily ones",
        "This type has one total a week while the others have one a day.",
        "Daily totals of this type.",
        "caution",
    ),
    Code(
        "lifetime_counts",
        "Lifetime counts",
        "The day is the day of the post, and the count has gathered since, so the day of the "
        "engagements is not known.",
        "Export the daily numbers of the page or the account instead of the totals of its posts.",
        "caution",
    ),
    # --- nothing to tell apart --------------------------------------------------------------
    Code(
        "no_variation",
        "No variation",
        "The type occurs at the same rate all the time, so there is nothing to compare with.",
        "Pause it for some days, or vary how much of it there is.",
        "caution",
    ),
    Code(
        "no_variation_in_conversions",
        "Conversions do not vary",
        "There is the same number of conversions on every day.",
        "Check the import of the conversions.",
        "caution",
    ),
    Code(
        "collinear_with",
        "Moves together with another type",
        "The two types always move together, so their effects cannot be separated.",
        "Vary one of them without the other.",
        "caution",
        subject="channel/type",
    ),
    Code(
        "too_many_kinds",
        "Too many engagement types",
        "Only the 60 most frequent types are estimated and this is not one of them; or a Markov "
        "chain of this order could have more than 50,000 states.",
        "Fewer engagement types, or a lower order.",
        "caution",
    ),
    Code(
        "did_not_converge",
        "No stable solution",
        "Two independent searches for decays and variances ended with different answers.",
        "A longer window.",
        "caution",
    ),
    # --- no cause ---------------------------------------------------------------------------
    Code(
        "exposure_only",
        "Exposure only",
        "These are impressions of ads whose clicks are counted as well: they are shown, but they "
        "are no cause of their own.",
        "Nothing is needed.",
    ),
    Code(
        "on_the_way",
        "A step on the way",
        "A visit to your own site is a step on the way to a conversion and not a cause of it.",
        "Look at the engagements that bring the visits; a tenant can declare such visits a cause.",
    ),
    Code(
        "standing_relationship",
        "A state, not a touch",
        "To follow or unfollow changes a standing relationship; its effect has no single day.",
        "The audience answer, which values followers over time.",
        "caution",
    ),
    Code(
        "more_than_happened",
        "More than happened",
        "Together the estimates exceed all conversions that there were, so at least one of them "
        "must be wrong.",
        "A longer window or more variation; an experiment settles it.",
        "do_not_act",
        "too_high",
    ),
    Code(
        "endless_cascade",
        "Cascade without an end",
        "Engagements name each other as parents in a circle, or bring at least as many as they "
        "are, so what one brings in all has no end.",
        "Check the `parent_event_id` of shares and mentions.",
        "caution",
    ),
    # --- money ------------------------------------------------------------------------------
    Code(
        "no_cost",
        "No cost",
        "The channel has no cost in the range, so it has no ROI; the verdict is about its "
        "conversions.",
        "Cost events, or a report with costs.",
    ),
    Code(
        "no_value",
        "No value",
        "The conversions carry no value, so there is no revenue and no ROI; the verdict is about "
        "conversions.",
        "Send `value` with the conversions.",
    ),
    Code(
        "refunds_exceed_sales",
        "Refunds exceed sales",
        "Refunds are worth more than sales, so the mean value of a conversion is below zero.",
        "Import the sales that the refunds belong to.",
        "caution",
    ),
    Code(
        "no_baseline_cost",
        "Cost of the baseline unknown",
        "The cost of one engagement of the baseline is not known, so there is no media cost.",
        "`cost` on those events, or a report with costs.",
    ),
    # --- nothing recorded, or not in this range ---------------------------------------------
    Code(
        "no_such_engagement",
        "No such engagement",
        "The data have no engagement of the usual type to compare.",
        "Name another one with `engagement` or `baseline`.",
    ),
    Code(
        "no_engagements",
        "No engagements",
        "The channel has costs, but no engagement of it was recorded in the range.",
        "Import the channel's report.",
        "caution",
    ),
    Code(
        "none_in_range",
        "None in this range",
        "No engagement of this type lies in the range; earlier ones may still be credited.",
        "A longer range.",
    ),
    # --- equivalence ------------------------------------------------------------------------
    Code(
        "ratio_outside",
        "Ratio without bounds",
        "The baseline may be worth nothing or do harm, so the ratio has no bounds; the values in "
        "`ratio_excluded` are ruled out.",
        "More data on the baseline.",
    ),
    Code(
        "ratio_everything",
        "Any ratio possible",
        "Both may be worth nothing, so no ratio is ruled out.",
        "More data.",
    ),
    Code(
        "ratio_unbounded_above",
        "Ratio without an upper bound",
        "The baseline may be worth nothing, so the ratio has no upper bound.",
        "More data on the baseline.",
    ),
    Code(
        "ratio_unbounded_below",
        "Ratio without a lower bound",
        "The baseline may be worth nothing, so the ratio has no lower bound.",
        "More data on the baseline.",
    ),
    Code(
        "baseline_below_zero",
        "Harmful baseline",
        "The baseline does harm: the ratio is upside down, and there is no media cost.",
        "Compare with another `baseline`.",
        "caution",
    ),
    Code(
        "not_settled_by_more_data",
        "More data will not settle it",
        "Even the longest window that a fit can hold would not settle the question.",
        "An experiment, or accepting that no difference can be shown.",
    ),
    # --- classical models -------------------------------------------------------------------
    Code(
        "anonymous_only",
        "Anonymous only",
        "No engagement of this type carries a person, so it is on no path that a classical model "
        "could credit.",
        "`user_id` on engagements.",
    ),
    Code(
        "whole_window_only",
        "Whole window only",
        "Markov chains and Shapley values are kept for the whole window of the fit, not by day.",
        "Ask for the whole window, or request a fit of this range.",
    ),
    Code(
        "nothing_to_credit",
        "Nothing to credit",
        "No conversion of the range had an engagement before it, so there are no shares.",
        "A longer range.",
    ),
    Code(
        "no_credit_in_fit",
        "Fit without classical models",
        "The fit is older than the classical models.",
        "Request a new fit.",
    ),
    Code(
        "no_decomposition_in_fit",
        "Fit without a decomposition",
        "The fit is older than the decomposition of conversions by day.",
        "Request a new fit.",
    ),
    # --- experiments ------------------------------------------------------------------------
    Code(
        "engagements_not_given",
        "Number of engagements missing",
        "The experiment does not say how many engagements caused its effect, so it cannot be used "
        "in a fit.",
        "Register it again with `engagements`.",
    ),
    Code(
        "kind_not_in_data",
        "Engagement type not in the data",
        "The data of the fit have no engagement of the type that the experiment tested.",
        "Check `paid`, or import the engagements.",
    ),
    Code(
        "goal_not_in_data",
        "Goal not in the data",
        "The data of the fit have no conversion of the goal of the experiment.",
        "Check the name of the goal, or import the conversions.",
    ),
    Code(
        "outdated",
        "Outdated experiment",
        "The experiment ended before the window and more than 365 days before its last day.",
        "Repeat the experiment.",
    ),
    Code(
        "after_window",
        "Experiment after the window",
        "The experiment began after the last day of the fit.",
        "A fit whose window reaches as far as the experiment.",
    ),
)
