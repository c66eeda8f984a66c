"""Warnings: what to keep in mind about a number.

`used_as` marks those that can also be the reason for a missing number.
"""

from __future__ import annotations

from chalicelib.model.codes.entries import Code, Direction, Severity, Use


def _warning(
    code: str,
    title: str,
    meaning: str,
    help_: str,
    severity: Severity = "note",
    may_be: Direction | None = None,
    *,
    used_as: tuple[Use, ...] = ("warning",),
    subject: str | None = None,
) -> Code:
    return Code(code, title, meaning, help_, severity, may_be, used_as, subject)


WARNINGS = (
    # --- hidden causes ----------------------------------------------------------------------
    _warning(
        "intent_confounding_suspected",
        "Purchase intent suspected",
        "People engage in bursts or buy immediately after engaging, as people do who intend to buy "
        "anyway; the data cannot separate this intent from the effect.",
        "Run an experiment: withhold the ads from a random part of the audience.",
        "do_not_act",
        "too_high",
    ),
    _warning(
        "placebo_failed",
        "Placebo test failed",
        "Later engagements seem to explain earlier conversions, so an unrecorded cause influences "
        "both.",
        "Run an experiment.",
        "do_not_act",
        "either",
    ),
    _warning(
        "same_day_demand_suspected",
        "Same-day demand suspected",
        "Several types rise and fall on the same days as the conversions, as they do when demand "
        "drives all of them; the effect cannot be separated from demand.",
        "Run an experiment, or record promotions and other events as annotations.",
        "do_not_act",
        "too_high",
    ),
    _warning(
        "people_change_over_time",
        "People change over time",
        "People's interest grows, fades or ends over time; the estimate corrects for this with "
        "later engagements, which makes it less precise.",
        "Run an experiment.",
        "caution",
    ),
    _warning(
        "follows_demand",
        "Follows demand",
        "Marketing rises and falls with demand; the model allows for that, but may still credit "
        "part of the demand to marketing.",
        "Pause it on random days, or run an experiment.",
        "caution",
        "too_high",
    ),
    _warning(
        "promotion_suspected",
        "Promotion suspected",
        "On some days several channels and the conversions rose together, as in an unrecorded "
        "promotion; these days were excluded (`joint_runs` in the diagnostics).",
        "Record the promotion as an annotation and fit again.",
        "do_not_act",
        "too_high",
    ),
    _warning(
        "joint_runs_left_out",
        "Joint campaign days excluded",
        "On some days several channels rose together, so their effects cannot be separated; these "
        "days were excluded (`joint_runs` in the diagnostics).",
        "Record the cause as an annotation, or run campaigns in one channel at a time.",
        "note",
    ),
    _warning(
        "delayed_effect_suspected",
        "Late effects suspected",
        "Engagements from two to four weeks earlier explain more conversions than the model "
        "credits to them; effects may occur later than the model assumes.",
        "Use a longer window, or send `user_id` with conversions and engagements.",
        "caution",
        "either",
    ),
    _warning(
        "search_ads_not_split",
        "Brand and generic search not split",
        "The data do not separate clicks on brand queries from clicks on generic queries, and "
        "people who search for the brand would often have bought anyway.",
        "Split the report by query, or run a holdout.",
        "caution",
        "too_high",
    ),
    _warning(
        "engagement_follows_conversions",
        "Buyers engage after buying",
        "Buyers engage more after buying; the estimate corrects for that.",
        "No action is needed.",
    ),
    # --- what the data cover ----------------------------------------------------------------
    _warning(
        "coverage_inferred",
        "Coverage inferred",
        "The days with data of this source were inferred from its first and last day.",
        "Send `coverage` events, or import reports that state their days.",
    ),
    _warning(
        "coverage_gap",
        "Coverage gap",
        "Only days covered by both the engagements and the conversions were used.",
        "Import the reports of the missing days.",
        used_as=("warning", "reason"),
    ),
    _warning(
        "possible_gap",
        "Possible gap in the data",
        "Several days in a row have no data, because of a pause or a file that was not imported.",
        "Import the missing report, or send `coverage` for those days.",
        "caution",
    ),
    _warning(
        "cost_outside_window",
        "Costs outside the window",
        "Some costs of the channel are dated before the first or after the last engagement or "
        "conversion and are not part of its ROI.",
        "Date cost events on the days that they pay for, with `period_days`.",
        "caution",
        "too_high",
        used_as=("warning", "reason"),
    ),
    _warning(
        "not_counted",
        "Engagement type not counted",
        "The sum does not include this type, which could not be estimated.",
        "Follow the advice for the reasons of that type.",
        "caution",
        "too_low",
        subject="channel/type",
    ),
    _warning(
        "range_clipped",
        "Range shortened",
        "The range extended beyond the window of the fit and was shortened.",
        "Choose days within the window, or request a fit with a longer window.",
    ),
    _warning(
        "annotations_used",
        "Annotations used",
        "Recorded promotions, outages and other events are part of the model.",
        "No action is needed.",
    ),
    _warning(
        "holidays_used",
        "Holidays used",
        "Public holidays are part of the model.",
        "No action is needed.",
    ),
    # --- people -----------------------------------------------------------------------------
    _warning(
        "identified_only",
        "Identified people only",
        "The estimate is based on identified people; others may respond differently.",
        "Send `user_id` with more events, or run an experiment.",
        "caution",
    ),
    _warning(
        "ids_taken_for_people",
        "Each id counted as one person",
        "Every `user_id` counts as one person. If people have several ids (one per device), the "
        "effect is larger than estimated.",
        "Set `user_ids` to `people` or `devices` (`PATCH /v1/settings`, `estimate --user-ids`).",
        "caution",
        "too_low",
    ),
    _warning(
        "ids_are_devices",
        "Ids are devices",
        "The ids identify devices, so an engagement on one device is not linked to a purchase on "
        "another. With two devices per person, half of the effect is missing.",
        "Send a login or a customer number as `user_id`.",
        "caution",
        "too_low",
    ),
    _warning(
        "spillover_not_seen",
        "Effect on friends not seen",
        "The effect of a share on friends who see it is not part of the estimate.",
        "Send `parent_event_id` with engagements that a share led to.",
        "caution",
        "too_low",
    ),
    _warning(
        "descendants_included",
        "Descendants included",
        "The value of a share or mention includes the value of the engagements that it led to.",
        "No action is needed; `GET /v1/engagements` also shows the effect without descendants.",
    ),
    _warning(
        "displacement_counted",
        "Only additional conversions counted",
        "A person converts only once, so conversions that would have happened later anyway are not "
        "counted as incremental; their share was estimated from similar people.",
        "No action is needed; a longer window shows more people who convert later.",
    ),
    _warning(
        "bots_left_out",
        "Automated accounts excluded",
        "Some accounts engage more often than a person could; they were excluded from the "
        "comparison, and their engagements count as engagements without effect.",
        "Remove these accounts from the data, or check their owners (diagnostics: `bots`).",
    ),
    _warning(
        "weak_overlap",
        "Based on few people",
        "A few people determine the estimate; the interval allows for that.",
        "Check whether these people are typical customers, or collect more data.",
    ),
    _warning(
        "once_only_goal",
        "Goal reached only once",
        "A person reaches this goal only once, so conversions that merely happened earlier are "
        "counted as incremental.",
        "Run an experiment that lasts longer than the usual delay.",
        "caution",
        "too_high",
    ),
    # --- how an effect unfolds --------------------------------------------------------------
    _warning(
        "delayed_effect",
        "Delayed effect",
        "A material part of the effect occurs one to four weeks after the engagement. The model "
        "includes it, but knows its timing only roughly.",
        "Use a longer window.",
        "caution",
        "either",
    ),
    _warning(
        "decay_unknown",
        "Duration of the effect unknown",
        "How long the effect lasts is not identified; if it lasts for weeks, the total is larger "
        "than the interval suggests.",
        "Use a longer window.",
        "caution",
        "too_low",
    ),
    _warning(
        "decay_at_edge",
        "Very long effect",
        "The half-life of the effect exceeds two weeks, so its total is uncertain.",
        "Use a longer window, or run an experiment for months.",
        "caution",
        "too_low",
    ),
    _warning(
        "unseen_effect",
        "Part of the effect still to come",
        "A material part of the effect occurs after the last day of the data.",
        "Wait for more data, or choose an earlier range.",
        "caution",
        "too_low",
    ),
    _warning(
        "saturation_unknown",
        "Saturation unknown",
        "The data do not show whether returns diminish with volume; with strong saturation the "
        "average effect per engagement is larger than estimated.",
        "Vary the volume: have days with much more and much less than usual.",
        "caution",
        "too_low",
    ),
    # --- how sure the model is --------------------------------------------------------------
    _warning(
        "autocorrelated_residuals",
        "Lasting influence missing",
        "The model lacks an influence that lasts for days, so the intervals are too narrow.",
        "Record special events as annotations, or use a longer window.",
        "caution",
    ),
    _warning(
        "one_day_decides",
        "Based on one day",
        "Without one particular day the estimate would be different.",
        "Annotate the event of that day, or use a longer window.",
        "caution",
        "either",
    ),
    _warning(
        "shocks_removed",
        "Unusual days removed",
        "Some days have jumps that the model attributes to something else; the diagnostics list "
        "them.",
        "If they were part of your own campaign, import its engagements.",
    ),
    # --- totals by region -------------------------------------------------------------------
    _warning(
        "regions_used",
        "Regions compared",
        "The estimate compares regions with more and fewer engagements on the same day, so "
        "nationwide changes on a day do not bias it.",
        "No action is needed.",
    ),
    _warning(
        "effects_differ_by_region",
        "Effects differ by region",
        "The effect per engagement clearly differs between regions; the estimate is the average "
        "over all engagements.",
        "Analyse regions separately, or run a geo test.",
        "caution",
        "either",
    ),
    _warning(
        "same_in_all_regions",
        "No difference between regions",
        "The type rises and falls in all regions at once, so a comparison of regions is not "
        "informative; the estimate uses the totals of all regions.",
        "Vary the volume between regions, or run a geo test.",
    ),
    # --- experiments ------------------------------------------------------------------------
    _warning(
        "experiment_contradicts_model",
        "Experiment contradicts the model",
        "The experiment and the model differ significantly; the result of the experiment is shown.",
        "Test the other types of the channel too; their estimates may be wrong as well.",
    ),
    _warning(
        "experiments_disagree",
        "Experiments disagree",
        "Experiments on this type differ significantly; their mean is shown, with a wider "
        "interval.",
        "Find the difference between the experiments, or repeat one.",
        "caution",
    ),
    _warning(
        "conversions_exceed_people",
        "More conversions than people",
        "An arm of the experiment has more conversions than people, so people convert repeatedly "
        "and the interval is too narrow.",
        "Give `converters` for each arm.",
        "caution",
    ),
    _warning(
        "repeat_buyers_unknown",
        "Repeat buyers unknown",
        "The experiment does not give the number of people who converted, so repeat purchases "
        "count as independent and the interval is too narrow.",
        "Give `converters` for each arm.",
        "caution",
    ),
    _warning(
        "model_flagged_not_combined",
        "Model estimate not combined",
        "The model has a serious warning, so only the result of the experiment is used.",
        "No action is needed.",
    ),
    # --- what followers are worth -----------------------------------------------------------
    _warning(
        "follows_at_interest_peak",
        "Follows at a peak of interest",
        "People buy unusually often around their follow, so they follow when they are "
        "interested. The weeks around the follow are left out.",
        "No action is needed.",
    ),
    _warning(
        "followers_without_history",
        "Followers without a history",
        "More than 30 % of the followers were first seen on the day of their follow. They "
        "are assumed to be like the others.",
        "Import earlier purchases and engagements of the same people.",
        "caution",
        "either",
    ),
    _warning(
        "silent_followers",
        "Silent followers",
        "More than 30 % of the followers had no event in four weeks, as with bought or "
        "automated accounts.",
        "Check where the followers come from; the value holds for followers who do something.",
    ),
    _warning(
        "effect_fades",
        "The effect fades",
        "A follower brings less later than at the beginning.",
        "Use a shorter `horizon_days`.",
        "caution",
        "too_high",
    ),
    _warning(
        "extrapolated_lifetime",
        "Extrapolated",
        "The horizon is longer than follows have been observed; the rest assumes that "
        "people leave at a constant rate.",
        "Use a shorter `horizon_days`, or a longer history.",
    ),
    _warning(
        "earlier_followers_assumed_alike",
        "Earlier followers assumed alike",
        "What followers bring was measured with new followers; those who followed before "
        "the data begin are assumed to be like them.",
        "No action is needed.",
    ),
    _warning(
        "engagements_assumed_alike",
        "Engagements assumed alike",
        "The part through engagements assumes that likes and comments brought by following "
        "work like all others.",
        "Compare it with the whole effect of following.",
    ),
    _warning(
        "pages_followed_together",
        "Pages followed together",
        "At least a tenth of the followers followed another page within four weeks. They are left "
        "out, because the effects of the pages cannot be separated.",
        "Run an experiment for one of the pages if almost all followers are left out.",
        used_as=("reason", "warning"),
    ),
    # --- how shares spread ------------------------------------------------------------------
    _warning(
        "of_the_whole_window",
        "Partly of the whole window",
        "Contents, people and the limit for missing parents are those of all days of the "
        "fit, not only of this range.",
        "Ask for all days of the fit to see everything for the same days.",
    ),
    _warning(
        "parents_may_be_missing",
        "Parents may be missing",
        "It is not declared that all shares name their parents, or some shares of the range have "
        "none recorded; so a share may bring more than is recorded, up to `at_most`.",
        "Declare `parents: complete` if the source records all parents.",
        "caution",
        "too_low",
    ),
    _warning(
        "young_shares",
        "Young shares",
        "Some further shares have not come yet. They are extrapolated from the delays seen so far; "
        "ways of spreading that are slower than the data are long cannot be seen.",
        "Wait, or choose an earlier range.",
        "caution",
        "either",
    ),
    _warning(
        "few_parents_decide",
        "Few shares decide",
        "A few shares brought so many of the further shares that other data may contain far larger "
        "ones; the interval may be too narrow.",
        "Use a longer range.",
        "caution",
    ),
    _warning(
        "depth_fades",
        "Fades with depth",
        "Shares that were brought themselves bring fewer further shares than shares from outside.",
        "Use `reproduction_of_brought` for what happens further down.",
    ),
    _warning(
        "contents_differ",
        "Contents differ",
        "Some contents spread significantly better than others, so an average does not describe "
        "any of them, and few contents decide the amplification.",
        "Look at the contents one by one.",
        "caution",
        "either",
    ),
    _warning(
        "few_accounts",
        "The same accounts share each other",
        "At least a fifth of the further shares repeat a pair of accounts, as in a group of "
        "accounts that promote each other.",
        "Look at the accounts with the largest factors.",
        "caution",
        "too_high",
    ),
    _warning(
        "silent_accounts",
        "Silent accounts",
        "At least 5 % of the shares are by accounts whose shares never bring anything, as of "
        "automated accounts.",
        "Exclude such accounts at the source.",
    ),
    _warning(
        "edges_are_not_causes",
        "Recorded parents are not causes",
        "At least a fifth of the people whose shares count as brought followed the page anyway and "
        "may have shared without the parent.",
        "Use the number without followers as a lower one.",
        "caution",
        "too_high",
    ),
    # --- mood, response times and alarms -----------------------------------------------------
    _warning(
        "sentiment_missing",
        "Messages without a sentiment",
        "At least one in twenty messages has no sentiment, no stars and no check;"
        " the mood is that of the others.",
        "Send `sentiment` with all messages.",
        "caution",
        "either",
    ),
    _warning(
        "few_checked",
        "Few checks",
        "Fewer than 60 messages were checked; the interval may be too narrow.",
        "Check the messages in `needed`, drawn by lot.",
        "caution",
    ),
    _warning(
        "classifier_may_have_drifted",
        "Classifier may have changed",
        "The classifier's errors are known from other messages only. If it errs "
        "differently here, the mood is wrong.",
        "Check messages of this range, drawn by lot.",
        "caution",
        "either",
    ),
    _warning(
        "reply_before_message",
        "Reply before the message",
        "Some replies are dated before the message that they answer; these messages are left out.",
        "Check the time zone of the source.",
        "caution",
        "either",
    ),
    _warning(
        "few_threads",
        "Few threads",
        "Most criticism is in a few threads, each of which may be answered at "
        "once; the interval may be too narrow.",
        "Use a longer range.",
        "caution",
    ),
    _warning(
        "criticism_too_young",
        "Criticism too young",
        "Too few critical messages are a day old, so the share answered within a day is not known.",
        "Wait, or use a longer range.",
    ),
    _warning(
        "no_replies_of",
        "No replies of the channel",
        "The data have no reply of the brand on this channel, so its messages are left out of the "
        "response times.",
        "Import the brand's replies of this channel as `reply`.",
        "caution",
    ),
    _warning(
        "only_totals_of",
        "Only totals",
        "This source also has messages that are known only as totals; they are in no number "
        "about the dialogue.",
        "Import single messages of this source.",
        "caution",
    ),
    # --- search and stars ------------------------------------------------------------------
    _warning(
        "slow_effects_not_seen",
        "Slow effects not seen",
        "Reviews, links and mentions can raise a position in search over months; totals show "
        "only the effect of the first weeks.",
        "Count the effect as a lower part of the truth.",
        "note",
        "too_low",
    ),
    _warning(
        "visits_follow_conversions",
        "Visits follow conversions",
        "The visits of tomorrow explain the conversions of today, as if buyers came back to look "
        "up their order.",
        "Exclude pages for existing orders from the visits.",
        "caution",
        "too_high",
    ),
    _warning(
        "few_crossings",
        "Few changes of the display",
        "The shown stars changed fewer than 100 times, so the interval may be slightly too narrow.",
        "Use a longer window or more products.",
        "caution",
    ),
    _warning(
        "placebo_threshold_moves",
        "Placebo thresholds move sales",
        "Sales also change where the mean rating crosses a value at which the display does not "
        "change, so something else moves both.",
        "Check the rounding of the platform (`rounding`).",
        "caution",
        "either",
    ),
    _warning(
        "earlier_reviews_unknown",
        "Earlier reviews unknown",
        "Most products were sold from the first weeks of the data, so they may have earlier "
        "reviews that count in the display but not here.",
        "Import all reviews of the products from the beginning.",
        "caution",
        "too_low",
    ),
    # --- plans ------------------------------------------------------------------------------
    _warning(
        "revenue_is_not_margin",
        "Revenue is not margin",
        "The plan counts revenue. After the cost of goods, less of it remains, so a euro of spend "
        "must bring more.",
        "Give the contribution margin.",
        "caution",
        "too_high",
    ),
    _warning(
        "few_independent_draws",
        "Few independent draws",
        "The draws of the response curves repeat a few states, because the channels seem to differ "
        "more than channels do; intervals and chances would be too sure.",
        "Use a longer window, or an experiment for the channel that seems to bring most.",
        "do_not_act",
        used_as=("warning", "reason"),
    ),
    # --- designs of experiments ------------------------------------------------------------------
    _warning(
        "may_not_be_found",
        "May not be found",
        "The smallest effect that the test finds is larger than the one that the fit expects, so "
        "the test may well find nothing.",
        "Use more days, people or regions.",
        "caution",
    ),
    _warning(
        "no_pseudo_tests",
        "No pseudo-tests",
        "The past is shorter than the test, so its analysis could not be tried where nothing "
        "happened, and the error comes from the model alone.",
        "Use a longer window, or design a shorter test.",
        "caution",
    ),
    _warning(
        "effect_may_last_longer",
        "Effect may last longer",
        "The effect may last much longer than the analysis of the switchback assumes. Then it "
        "spills into the days without spend, and the test finds it less often.",
        "Use longer blocks.",
        "caution",
        "too_low",
    ),
    _warning(
        "duration_of_other_channels",
        "Duration of other channels",
        "How long the effect lasts is not known for this channel; the design takes what is known "
        "of the others.",
        "Use a longer window, or longer blocks.",
        "caution",
    ),
    _warning(
        "restless_level",
        "Restless level",
        "Conversions drift from week to week without marketing, which makes most of the error of "
        "a switchback.",
        "Use shorter blocks, or design a geo test or a holdout.",
        "note",
    ),
    _warning(
        "blocks_not_whole_weeks",
        "Blocks are not whole weeks",
        "Blocks that are not whole weeks mix the effect with the days of the week.",
        "Use blocks of 7 or 14 days, or remove the weekly pattern before the analysis.",
        "caution",
    ),
)
