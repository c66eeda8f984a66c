"""Reasons: why a number is null or a verdict is missing."""

from __future__ import annotations

from chalicelib.model.codes.entries import Code

REASONS = (
    # --- too little data --------------------------------------------------------------------
    Code(
        "too_few_conversions",
        "Too few conversions",
        "Fewer than 20 conversions of the goal can be used for an estimate.",
        "Use a longer window, or a goal that is reached more often.",
        "caution",
    ),
    Code(
        "too_few_engagements",
        "Too few engagements",
        "There are fewer than 50 engagements of this type.",
        "Use a longer window, or collect more engagements.",
        "caution",
    ),
    Code(
        "too_short_window",
        "Window too short",
        "There are too few days (or weeks) with data for the number of engagement types.",
        "Use a longer window.",
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
        "Totals are less frequent than weekly, and the days in between are not known to be zero.",
        "Send daily or weekly totals.",
        "caution",
    ),
    Code(
        "weekly_totals",
        "Weekly totals mixed with daily totals",
        "This type has one total a week, while the others have one a day.",
        "Send daily totals of this type.",
        "caution",
    ),
    Code(
        "lifetime_counts",
        "Lifetime counts",
        "Each count is dated on the day of the post and has accumulated since, so the days of the "
        "engagements are unknown.",
        "Export the daily numbers of the page or account instead of the totals of its posts.",
        "caution",
    ),
    # --- effects that cannot be separated ---------------------------------------------------
    Code(
        "no_variation",
        "No variation",
        "The type occurs at a constant rate, so there is nothing to compare with.",
        "Pause it for some days, or vary its volume.",
        "caution",
    ),
    Code(
        "no_variation_in_conversions",
        "No variation in conversions",
        "Every day has the same number of conversions.",
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
        "Only the 60 most frequent types are estimated, and this type is not among them; or a "
        "Markov chain of this order could have more than 50,000 states.",
        "Use fewer engagement types, or a Markov chain of a lower order.",
        "caution",
    ),
    Code(
        "did_not_converge",
        "No stable solution",
        "Two independent searches for the decays and variances gave different results.",
        "Use a longer window.",
        "caution",
    ),
    # --- not a cause ------------------------------------------------------------------------
    Code(
        "exposure_only",
        "Exposure only",
        "These are impressions of ads whose clicks are counted too. They are shown, but they are "
        "not a separate cause.",
        "No action is needed.",
    ),
    Code(
        "on_the_way",
        "Step on the way to a conversion",
        "A visit to your own site is a step on the way to a conversion, not a cause of it.",
        "See the engagements that lead to visits, or declare this type a cause in the settings.",
    ),
    Code(
        "standing_relationship",
        "Ongoing state",
        "Following or unfollowing starts or ends a lasting relationship, so its effect has no "
        "single day.",
        "See the audience estimate, which values followers over time.",
        "caution",
    ),
    Code(
        "more_than_happened",
        "More than all conversions",
        "The estimates together exceed the number of conversions, so at least one of them must be "
        "wrong.",
        "Use a longer window, vary the volume, or run an experiment.",
        "do_not_act",
        "too_high",
    ),
    Code(
        "endless_cascade",
        "Endless cascade",
        "Engagements name each other as parents in a circle, or each leads to at least one more on "
        "average, so the total of descendants is infinite.",
        "Check the `parent_event_id` of shares and mentions.",
        "caution",
    ),
    # --- money ------------------------------------------------------------------------------
    Code(
        "no_cost",
        "No cost",
        "The channel has no cost in the range and therefore no ROI; the verdict is about "
        "conversions.",
        "Send cost events, or import a report with costs.",
    ),
    Code(
        "no_value",
        "No value",
        "The conversions have no value, so there is no revenue and no ROI; the verdict is about "
        "conversions.",
        "Send `value` with the conversions.",
    ),
    Code(
        "refunds_exceed_sales",
        "Refunds exceed sales",
        "Refunds add up to more than sales, so the mean value of a conversion is negative.",
        "Import the sales that the refunds belong to.",
        "caution",
    ),
    Code(
        "no_baseline_cost",
        "Baseline cost unknown",
        "The cost of one baseline engagement is unknown, so there is no media cost.",
        "Send `cost` with those events, or import a report with costs.",
    ),
    # --- nothing recorded, or not in this range ---------------------------------------------
    Code(
        "no_such_engagement",
        "No such engagement",
        "The data contain no engagement of the default type for this comparison.",
        "Choose another type with `engagement` or `baseline`.",
    ),
    Code(
        "no_engagements",
        "No engagements",
        "The channel has costs but no recorded engagements in the range.",
        "Import the channel's report.",
        "caution",
    ),
    Code(
        "none_in_range",
        "None in this range",
        "The range has no engagement of this type; earlier engagements may still have an effect.",
        "Use a longer range.",
    ),
    # --- equivalence ------------------------------------------------------------------------
    Code(
        "ratio_outside",
        "Ratio without bounds",
        "The value of the baseline may be zero or negative, so the ratio has no bounds; only the "
        "values in `ratio_excluded` are ruled out.",
        "Collect more data on the baseline.",
    ),
    Code(
        "ratio_everything",
        "Any ratio possible",
        "The value of both may be zero, so no ratio is ruled out.",
        "Collect more data.",
    ),
    Code(
        "ratio_unbounded_above",
        "Ratio without an upper bound",
        "The value of the baseline may be zero, so the ratio has no upper bound.",
        "Collect more data on the baseline.",
    ),
    Code(
        "ratio_unbounded_below",
        "Ratio without a lower bound",
        "The value of the baseline may be zero, so the ratio has no lower bound.",
        "Collect more data on the baseline.",
    ),
    Code(
        "baseline_below_zero",
        "Negative baseline",
        "The baseline has a negative effect, so the ratio is reversed and there is no media cost.",
        "Compare with another `baseline`.",
        "caution",
    ),
    Code(
        "not_settled_by_more_data",
        "More data will not settle it",
        "Even the longest possible window of a fit would not settle the question.",
        "Run an experiment, or accept that no difference can be shown.",
    ),
    # --- classical models -------------------------------------------------------------------
    Code(
        "anonymous_only",
        "Anonymous engagements only",
        "No engagement of this type has a person, so it is not on any path that a classical model "
        "could credit.",
        "Send `user_id` with engagements.",
    ),
    Code(
        "whole_window_only",
        "Whole window only",
        "Markov chains and Shapley values are stored for the whole window of the fit, not by day.",
        "Ask for the whole window, or request a fit of this range.",
    ),
    Code(
        "nothing_to_credit",
        "Nothing to credit",
        "No conversion in the range has an earlier engagement, so there are no shares.",
        "Use a longer range.",
    ),
    # --- experiments ------------------------------------------------------------------------
    Code(
        "engagements_not_given",
        "Number of engagements missing",
        "The experiment does not give the number of engagements behind its effect, so it cannot be "
        "used in a fit.",
        "Register it again with `engagements`.",
    ),
    Code(
        "kind_not_in_data",
        "Engagement type not in the data",
        "The data of the fit contain no engagement of the type that the experiment tested.",
        "Check `paid`, or import the engagements.",
    ),
    Code(
        "goal_not_in_data",
        "Goal not in the data",
        "The data of the fit contain no conversion of the experiment's goal.",
        "Check the name of the goal, or import the conversions.",
    ),
    Code(
        "outdated",
        "Outdated experiment",
        "The experiment ended before the window of the fit, and more than 365 days before the end "
        "of that window.",
        "Repeat the experiment.",
    ),
    Code(
        "after_window",
        "Experiment after the window",
        "The experiment began after the last day of the window.",
        "Request a fit whose window includes the experiment.",
    ),
    # --- what followers are worth -----------------------------------------------------------
    Code(
        "no_follows",
        "No follows",
        "There are neither follows nor sizes of an audience in the data.",
        "Import the followers of the page: follows and unfollows, or its size per day.",
        "caution",
    ),
    Code(
        "anonymous_follows",
        "Follows without people",
        "The follows have no person, so no one can be compared before and after a follow.",
        "Send follows with `user_id`, or run an experiment.",
        "caution",
    ),
    Code(
        "size_only",
        "Only sizes",
        "Only the size of the audience is known. It grows with demand, so it does not show "
        "what following causes.",
        "Send follows with `user_id`, or register a clean-up or a giveaway as an experiment.",
        "caution",
    ),
    Code(
        "too_few_followers",
        "Too few followers",
        "Fewer than 50 followers have two weeks of data before and after their follow.",
        "Use a longer history, or wait.",
        "caution",
    ),
    Code(
        "no_history",
        "Followers without a history",
        "Almost all followers were first seen on the day of their follow, so there is no "
        "time before it to compare with.",
        "Import earlier purchases and engagements of the same people.",
        "caution",
    ),
    Code(
        "one_time_goal",
        "A goal that people reach once",
        "People reach this goal only once, so no one can be compared before and after a follow.",
        "Use a goal that people reach repeatedly, or run an experiment.",
        "caution",
    ),
    Code(
        "stays_after_leaving",
        "Stays after leaving",
        "What came with the follow did not go with the unfollow, as with a lasting interest "
        "that led to both.",
        "Run an experiment: invite a random part of the customers to follow.",
        "do_not_act",
    ),
    # --- how shares spread ------------------------------------------------------------------
    Code(
        "no_shares",
        "No shares",
        "There are no shares in the data.",
        "Import shares, with `parent_event_id` if the platform gives it.",
        "caution",
    ),
    Code(
        "too_few_children",
        "Too few further shares",
        "Fewer than five of the shares of the range were passed on.",
        "Use a longer range.",
        "caution",
    ),
    Code(
        "no_edges",
        "No parents recorded",
        "No share names the share that brought it, or all name the first one of their chain; "
        "so the number of further shares that a share brings cannot be known.",
        "Import shares with `parent_event_id`, the share that was passed on.",
        "caution",
    ),
    Code(
        "too_few_shares",
        "Too few shares",
        "There are fewer than 30 single shares.",
        "Use a longer range.",
        "caution",
    ),
    Code(
        "too_young",
        "Shares too young",
        "Less than half of the further shares that these shares will bring can have come by now.",
        "Wait, or choose an earlier range.",
        "caution",
    ),
    Code(
        "totals_only",
        "Only totals",
        "There are only totals of shares. They look alike whether shares bring each other or come "
        "from outside.",
        "Import single shares with `parent_event_id`.",
        "caution",
    ),
    # --- plans ------------------------------------------------------------------------------
    Code(
        "spend_does_not_vary",
        "Spend does not vary",
        "The spend varies by less than 5 % around its mean, so the data do not show what more or "
        "less of it would bring.",
        "Vary the spend for some weeks, or run a switchback.",
        "caution",
    ),
    Code(
        "moves_together_with",
        "Spend moves together",
        "The spends of the two channels rise and fall together, so the data cannot tell their "
        "effects apart.",
        "Change one of the two for some weeks.",
        "caution",
        subject="channel",
    ),
    Code(
        "no_spend_today",
        "No spend today",
        "The channel had no cost in the last four weeks.",
        "Nothing can be moved from it; start it again to learn what it brings.",
    ),
    Code(
        "costs_not_by_day",
        "Costs not by day",
        "More than a fifth of the channel's engagements, in all or in the last four weeks, are on "
        "days without cost: costs are booked on other days, or missing. Today's spend and the "
        "return are unknown.",
        "Date costs on the days that they pay for: columns From and To in a table of costs, "
        "`period_days` in an event. Import missing costs.",
        "caution",
    ),
    Code(
        "frozen_on_request",
        "Frozen on request",
        "The spend of the channel stays because the caller froze it.",
        "Plan without freezing it.",
    ),
    Code(
        "nothing_to_move",
        "Nothing to move",
        "Fewer than two channels have a known response to spend.",
        "See the reasons of the channels; add costs, or run an experiment.",
        "caution",
    ),
    Code(
        "budget_out_of_reach",
        "Budget out of reach",
        "The budget cannot be spent, or saved, within the limits of the channels that may move.",
        "Choose a budget closer to today's, or allow larger changes.",
    ),
    Code(
        "no_test_would_settle_it",
        "No test would settle it",
        "Something may be gained, but it is not sure what, and no test of a channel, as it is "
        "designed by default, is feasible and worth it.",
        "Design a longer test or a geo test, or vary the spend and plan again.",
        "caution",
    ),
    Code(
        "design_not_tried",
        "Design not tried",
        "A plan designs the tests of the six channels with the most spend only.",
        "Ask for the design of the test.",
    ),
    # --- designs of experiments ------------------------------------------------------------------
    Code(
        "effect_too_small_to_find",
        "Effect too small to find",
        "The smallest effect that the test finds is larger than all that the channel could "
        "plausibly bring, or than the effect asked for.",
        "Use more days, people or regions.",
        "caution",
    ),
    Code(
        "people_too_few",
        "Too few people",
        "The test needs more people than there are to find the effect asked for.",
        "Use more people or days, or look for a larger effect.",
        "caution",
    ),
    Code(
        "regions_too_few",
        "Too few regions",
        "A geo test needs at least four untreated regions with conversions.",
        "Use smaller regions, or treat fewer of them.",
        "caution",
    ),
    Code(
        "past_too_short",
        "Past too short",
        "The past has fewer days than 28 and those of the test, so no pseudo-test is possible.",
        "Send more days of the past, or design a shorter test.",
        "caution",
    ),
    Code(
        "blocks_too_few",
        "Too few blocks",
        "A switchback needs at least four blocks of days.",
        "Use more days, or shorter blocks.",
        "caution",
    ),
    Code(
        "nothing_to_switch",
        "Nothing to switch",
        "The fit has no spend of the channel today, so nothing can be switched on and off.",
        "Import the costs of the channel, or design a holdout.",
        "caution",
    ),
    Code(
        "pseudo_tests_claim_effects",
        "Pseudo-tests claim effects",
        "The analysis claims an effect in too many pseudo-tests in the past, in which nothing "
        "happened, so an effect that the test shows could not be trusted.",
        "Annotate promotions and outages of the past and request a new fit, choose other regions, "
        "or design another kind of test.",
        "do_not_act",
    ),
    Code(
        "schedule_not_followed",
        "Schedule not followed",
        "The channel had spend on days on which the test switched it off, or little on days on "
        "which it was on.",
        "Import the costs by day, and check first day, length and blocks of the test.",
        "caution",
        used_as=("reason", "warning"),
    ),
    Code(
        "test_days_not_covered",
        "Days of the test not covered",
        "Some days of the test are outside the window of the fit, or have no data of the goal.",
        "Import the days that are missing and request a new fit after the end of the test.",
        "caution",
    ),
    Code(
        "annotated_days_too_many",
        "Too many annotated days",
        "More than a quarter of the days of the test have an annotation of something else, and "
        "do not count.",
        "Repeat the test in a calmer time; do not annotate the test itself.",
        "caution",
    ),
    Code(
        "people_unknown",
        "People unknown",
        "The data do not name people, so it is not known how many there are and how often they "
        "convert.",
        "Give the number of people and their conversions per person, or design another kind of "
        "test.",
        "caution",
    ),
    Code(
        "duration_unknown",
        "Duration unknown",
        "The fit does not know how long an effect lasts, not even that of another channel, so a "
        "switchback cannot be analysed.",
        "Use a longer window, or design another kind of test.",
        "caution",
    ),
    Code(
        "noise_unknown",
        "Noise unknown",
        "The fit does not know how conversions vary from day to day, and its past is shorter than"
        " the test.",
        "Use a longer window, or design a shorter test.",
        "caution",
    ),
    Code(
        "channel_not_given",
        "Channel not given",
        "No channel was given, so it is not known what the test costs and what it is worth.",
        "Give the channel.",
    ),
    Code(
        "no_spend_to_move",
        "No spend to move",
        "The channel has no cost, so no budget depends on the result.",
        "No action is needed.",
    ),
    Code(
        "goal_without_value",
        "Goal without value",
        "Conversions of the goal have no value, so the worth of a test cannot be compared with "
        "its cost.",
        "Send conversions with their value.",
    ),
    Code(
        "costs_unknown",
        "Costs unknown",
        "The fit does not know what the channel brings, so the value lost is unknown. The verdict"
        " assumes something between nothing and twice the return of the other channels.",
        "Compare with your own estimate before you begin.",
        "caution",
    ),
    # --- mood, response times and alarms -----------------------------------------------------
    Code(
        "no_messages",
        "No messages",
        "There are no messages in the range.",
        "Use a longer range, or import mentions, comments or reviews.",
        "caution",
    ),
    Code(
        "no_checked_sentiment",
        "Sentiment not checked",
        "No person has checked what the classifier says, so its errors are "
        "unknown; the true mood may be quite different from `classified`.",
        "Check some messages that are drawn by lot, and send them again with `sentiment_checked`.",
        "caution",
    ),
    Code(
        "too_few_checked",
        "Too few checks",
        "A class that the classifier says often has fewer than five checked messages.",
        "Check more messages of this class, drawn by lot.",
        "caution",
    ),
    Code(
        "one_sided_checks",
        "One-sided checks",
        "Only some of the classes that the classifier says were checked, so its "
        "errors in the others are unknown.",
        "Check messages of all classes, drawn by lot.",
        "caution",
    ),
    Code(
        "classifier_uninformative",
        "Classifier not informative",
        "The classifier may say the same about messages that a person rates "
        "differently, so what it says cannot be corrected.",
        "Use another classifier, or check more messages of this range.",
        "caution",
    ),
    Code(
        "too_few_threads",
        "Too few threads",
        "Nearly all messages of a range are in one thread, so chance cannot be told from a change.",
        "Use longer ranges.",
        "caution",
    ),
    Code(
        "one_sided_mood",
        "No difference in mood",
        "All messages of both ranges are negative, or none is, so the error of "
        "the change is unknown.",
        "Use longer ranges.",
        "caution",
    ),
    Code(
        "no_replies_in_data",
        "No replies in the data",
        "The data contain no reply of the brand, so silence cannot be told from a missing import.",
        "Import the brand's answers as `reply` with `parent_event_id`.",
        "caution",
    ),
    Code(
        "no_criticism",
        "No criticism",
        "There is no critical message in the range.",
        "Use a longer range, or another threshold of criticism.",
        "caution",
    ),
    Code(
        "too_few_criticisms",
        "Too few critical messages",
        "There are fewer than ten critical messages.",
        "Use a longer range.",
        "caution",
    ),
    Code(
        "history_too_short",
        "History too short",
        "There are too few days before this day to know what is usual, or fewer "
        "than four weeks for a share of voice.",
        "Import earlier messages, or use a longer range.",
        "caution",
    ),
    Code(
        "no_data",
        "No data for the day",
        "There are no data for this day, so it is not known whether it was quiet.",
        "Import the missing days.",
        "caution",
    ),
    Code(
        "no_competitors",
        "No competitors",
        "No message is about another company, so there is no share of voice.",
        "Import messages about competitors with `about`.",
        "caution",
    ),
    Code(
        "day_not_over",
        "Day not over",
        "The day is not over yet, so it is unknown whether it will have been quiet.",
        "Wait until the day is over.",
        "note",
    ),
    # --- search and stars ------------------------------------------------------------------
    Code(
        "no_search_visits",
        "No search visits",
        "There are fewer than 100 visits from search (clicks of `organic_search` or "
        "`brand_search`) in the window.",
        "Import Search Console, GA4 or Matomo.",
        "caution",
    ),
    Code(
        "hidden_demand_possible",
        "Hidden demand possible",
        "Demand that no one records can raise search visits and conversions alike, so the part "
        "through search has an upper bound but no estimate.",
        "Declare a cause that works through search alone (`only_through_search`), or run an "
        "experiment.",
        "caution",
    ),
    Code(
        "visit_worth_unknown",
        "Worth of a visit unknown",
        "What a visit from search brings cannot be estimated next to its causes, so only the "
        "whole effect bounds the part through search.",
        "Use a longer window.",
        "note",
    ),
    Code(
        "weak_instrument",
        "Declared cause too weak",
        "The cause declared with `only_through_search` has no estimate, or its visits do not "
        "exceed zero by two half-widths of their interval.",
        "Use a longer window, or declare a cause that brings more visits.",
        "caution",
    ),
    Code(
        "no_rated_reviews",
        "No reviews with stars",
        "No review has both a rating and a `content_id`, so the display of a product is not known.",
        "Import reviews with their stars and their product.",
        "caution",
    ),
    Code(
        "no_content_on_conversions",
        "Products of conversions unknown",
        "Neither conversions nor search visits name the products that are reviewed.",
        "Send the product as `content_id` of conversions, as in the reviews.",
        "caution",
    ),
    Code(
        "too_few_crossings",
        "Too few changes of the display",
        "The shown stars of products changed fewer than 20 times.",
        "Use a longer window, more products, or the rounding of the platform (`rounding`).",
        "caution",
    ),
    Code(
        "reviews_follow_sales",
        "Reviews follow sales",
        "Sales bring reviews, so products with many reviews sell well even if the number of "
        "reviews has no effect.",
        "Run an experiment: ask a random part of the buyers for a review.",
        "do_not_act",
    ),
)
