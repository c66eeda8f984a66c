"""The warnings: what to keep in mind about a number that is there.

Those that can also be the reason for a missing number say so in `used_as`.
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
        "Intent suspected",
        "People engage in bursts, or buy at once when they engage, as people do who want to buy "
        "anyway; how much of the effect is theirs cannot be known from these data.",
        "An experiment: withhold the ads from a random part of the audience.",
        "do_not_act",
        "too_high",
    ),
    _warning(
        "placebo_failed",
        "Placebo test failed",
        "Engagements of later days seem to explain earlier conversions, so something that is not "
        "recorded moves both.",
        "An experiment.",
        "do_not_act",
        "either",
    ),
    _warning(
        "same_day_demand_suspected",
        "Same-day demand suspected",
        "Several types rise and fall on the same days as the conversions, as they do when demand "
        "moves all of them; the effect cannot be separated from that demand.",
        "An experiment, or recorded promotions and other events that explain those days.",
        "do_not_act",
        "too_high",
    ),
    _warning(
        "people_change_over_time",
        "People change over time",
        "People's interest grows, fades or ends over time; this is corrected by comparing "
        "with later engagements, which widens the error.",
        "An experiment.",
        "caution",
    ),
    _warning(
        "follows_demand",
        "Follows demand",
        "Marketing rises and falls with demand; that is allowed for, but part of the demand may "
        "still be credited to it.",
        "Pause it on random days, or run an experiment.",
        "caution",
        "too_high",
    ),
    _warning(
        "promotion_suspected",
        "Promotion suspected",
        "On some days several channels and the conversions rose together, as in a promotion that "
        "nobody recorded; these days were left out (`joint_runs` in the diagnostics).",
        "Record the promotion as an annotation and fit again.",
        "do_not_act",
        "too_high",
    ),
    _warning(
        "joint_runs_left_out",
        "Days of joint campaigns left out",
        "On some days several channels rose together, so that their effects cannot be separated; "
        "these days were left out (`joint_runs` in the diagnostics).",
        "Record what happened as an annotation, or run campaigns of one channel at a time.",
        "note",
    ),
    _warning(
        "delayed_effect_suspected",
        "Late effects suspected",
        "Engagements of two to four weeks ago explain conversions beyond what the model gives "
        "them; effects may come later than it assumes.",
        "A longer window, or conversions and engagements with a user_id.",
        "caution",
        "either",
    ),
    _warning(
        "search_ads_not_split",
        "Brand and generic search not split",
        "Clicks on brand and on generic queries are not told apart, and people who search for the "
        "brand would often have bought anyway.",
        "Split the report by query, or run a holdout.",
        "caution",
        "too_high",
    ),
    _warning(
        "engagement_follows_conversions",
        "Buyers engage after buying",
        "Buyers engage more after they bought; that is taken out of the estimate.",
        "Nothing is needed.",
    ),
    # --- what the data cover ----------------------------------------------------------------
    _warning(
        "coverage_inferred",
        "Coverage inferred",
        "The days for which the source has data are inferred from its first and last day.",
        "Send `coverage` events, or import reports that state their days.",
    ),
    _warning(
        "coverage_gap",
        "Coverage gap",
        "Only days that both the engagements and the conversions cover were used.",
        "Import the reports of the missing days.",
        used_as=("warning", "reason"),
    ),
    _warning(
        "possible_gap",
        "Possible gap in the data",
        "A run of days without data may be a pause, or a file that was never imported.",
        "Import the missing report, or send `coverage` for those days.",
        "caution",
    ),
    _warning(
        "cost_outside_window",
        "Costs outside the window",
        "Some costs of the channel lie before the first or after the last engagement or "
        "conversion, and are not in its ROI.",
        "Date the cost events on the days they are for, with `period_days`.",
        "caution",
        "too_high",
        used_as=("warning", "reason"),
    ),
    _warning(
        "not_counted",
        "Engagement type not counted",
        "The sum is without this type, which could not be estimated.",
        "What the reasons of that type recommend.",
        "caution",
        "too_low",
        subject="channel/type",
    ),
    _warning(
        "range_clipped",
        "Range shortened",
        "The range reached beyond the window of the fit and was shortened to it.",
        "Ask for days inside the window, or request a fit of a longer window.",
    ),
    _warning(
        "annotations_used",
        "Annotations used",
        "Recorded promotions, outages and other events are part of the model.",
        "Nothing is needed.",
    ),
    _warning(
        "holidays_used",
        "Holidays used",
        "Public holidays are part of the model.",
        "Nothing is needed.",
    ),
    # --- people -----------------------------------------------------------------------------
    _warning(
        "identified_only",
        "Identified people only",
        "The estimate rests on people who can be identified; others may respond differently.",
        "`user_id` on more events, or an experiment.",
        "caution",
    ),
    _warning(
        "ids_taken_for_people",
        "Each id taken for one person",
        "Every `user_id` counts as one person. If people have several ids (one per device), the "
        "effect is larger than this.",
        "Set `user_ids` to `people` or `devices` (`PATCH /v1/settings`, `estimate --user-ids`).",
        "caution",
        "too_low",
    ),
    _warning(
        "ids_are_devices",
        "Ids of devices",
        "The ids are those of devices, so an engagement on one device and the purchase on another "
        "do not meet. With two devices per person, half of the effect is missing.",
        "Send the id of a login or a customer number as `user_id`.",
        "caution",
        "too_low",
    ),
    _warning(
        "spillover_not_seen",
        "Effect on friends not seen",
        "What a share does to the friends who see it is not in the estimate.",
        "Send `parent_event_id` with engagements that a share brought.",
        "caution",
        "too_low",
    ),
    _warning(
        "descendants_included",
        "Descendants included",
        "The value of a share or mention includes what the engagements that it brought are worth.",
        "Nothing; `GET /v1/engagements` shows the own effect as well.",
    ),
    _warning(
        "displacement_counted",
        "Only additional conversions counted",
        "Nobody converts twice, so conversions that would have come later anyway are not counted "
        "as incremental; their share was estimated from similar people.",
        "Nothing; a longer window shows more of those who convert later.",
    ),
    _warning(
        "bots_left_out",
        "Automated accounts left out",
        "Some accounts engage as often as no person does; they were left out of the comparison, "
        "and their engagements count as engagements that cause nothing.",
        "Remove the accounts from the data, or check whose they are (diagnostics: `bots`).",
    ),
    _warning(
        "weak_overlap",
        "Few people decide",
        "The evidence of few people decides; the interval allows for it.",
        "Check whether these people are customers like others; more data.",
    ),
    _warning(
        "once_only_goal",
        "A goal reached once",
        "A person reaches this goal once, so conversions that were only brought forward are "
        "counted as incremental.",
        "An experiment that runs longer than the usual delay.",
        "caution",
        "too_high",
    ),
    # --- how an effect unfolds --------------------------------------------------------------
    _warning(
        "delayed_effect",
        "Delayed effect",
        "A material part of the effect comes one to four weeks after the engagement. The model "
        "includes it, but when exactly it comes is known only roughly.",
        "A longer window.",
        "caution",
        "either",
    ),
    _warning(
        "decay_unknown",
        "Duration of the effect unknown",
        "The data hardly say how long the effect lasts; if it lasts for weeks, the total is "
        "understated by more than the interval says.",
        "A longer window.",
        "caution",
        "too_low",
    ),
    _warning(
        "decay_at_edge",
        "Effect lasts very long",
        "The effect lasts longer than a half-life of two weeks, so its total is uncertain.",
        "A longer window, or an experiment that runs for months.",
        "caution",
        "too_low",
    ),
    _warning(
        "unseen_effect",
        "Part of the effect not seen yet",
        "A material part of the effect comes after the last day of the data.",
        "Ask again later, or about an earlier range.",
        "caution",
        "too_low",
    ),
    _warning(
        "saturation_unknown",
        "Saturation unknown",
        "The data do not show whether more brings less and less; with strong saturation the "
        "average engagement has brought more than stated.",
        "Days with far more and far less of it than usual.",
        "caution",
        "too_low",
    ),
    # --- how sure the model is --------------------------------------------------------------
    _warning(
        "autocorrelated_residuals",
        "Something lasting is missing",
        "The model misses something that lasts for days, so the intervals are too narrow.",
        "Annotations of what happened, or a longer window.",
        "caution",
    ),
    _warning(
        "one_day_decides",
        "One day decides",
        "Without one single day the estimate would be a different one.",
        "Annotate what happened on that day, or use a longer window.",
        "caution",
        "either",
    ),
    _warning(
        "shocks_removed",
        "Unusual days removed",
        "Some days were explained by something else; they are listed in the diagnostics.",
        "If that was your own campaign, import its engagements.",
    ),
    # --- totals by region -------------------------------------------------------------------
    _warning(
        "regions_used",
        "Regions compared",
        "The number compares regions that had more and less of it on the same day, so that what "
        "moves the whole country on a day cannot be mistaken for it.",
        "Nothing is needed.",
    ),
    _warning(
        "effects_differ_by_region",
        "Effects differ by region",
        "One engagement does clearly more in some regions than in others; the number is the "
        "average over all engagements.",
        "Look at the regions one by one, or run a geo test.",
        "caution",
        "either",
    ),
    _warning(
        "same_in_all_regions",
        "The same in all regions",
        "It rises and falls in all regions at once, so comparing regions says nothing of it; the "
        "number comes from the totals of all regions.",
        "Vary it from region to region, or run a geo test.",
    ),
    # --- experiments ------------------------------------------------------------------------
    _warning(
        "experiment_contradicts_model",
        "Experiment contradicts the model",
        "The experiment and the model differ beyond chance; the number of the experiment is shown.",
        "Doubt the untested types of the channel as well, and test them.",
    ),
    _warning(
        "experiments_disagree",
        "Experiments disagree",
        "Experiments on this type differ beyond chance; their mean is shown, with a wider "
        "interval.",
        "Find out what was different, or repeat the experiment.",
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
        "The experiment does not say how many people converted, so purchases of repeat buyers "
        "count as independent and the interval is too narrow.",
        "Give `converters` for each arm.",
        "caution",
    ),
    _warning(
        "model_flagged_not_combined",
        "Model not combined",
        "The model has a serious warning, so the experiment stands alone.",
        "Nothing is needed.",
    ),
)
