"""Mistakes in mood, response times, alarms and share of voice."""

from __future__ import annotations

from chalicelib.attribution.dialogue.alarms import _is_larger_part, find_alarms
from chalicelib.attribution.dialogue.confusion import errors_by_true_class, lacks_checks
from chalicelib.attribution.dialogue.count_tails import tail
from chalicelib.attribution.dialogue.label_shift import mixture_shares
from chalicelib.attribution.dialogue.mood import _from_here, _scatter
from chalicelib.attribution.dialogue.response import estimate_response
from chalicelib.attribution.dialogue.usual_counts import _levels, before, usual_counts
from chalicelib.attribution.dialogue.voice import _share
from chalicelib.attribution.dialogue.waiting_times import WaitingTimes
from chalicelib.attribution.dialogue.working_hours import WorkingHours
from chalicelib.services.dialogue.dialogue_question import _known_days, _thread_of
from chalicelib.services.dialogue.talk import Talk
from chalicelib.services.dialogue.threads import first_replies
from tests.mutations.mutation import Mutation
from tests.unit import test_dialogue_days as days
from tests.unit import test_dialogue_mood as mood
from tests.unit import test_dialogue_question as question
from tests.unit import test_dialogue_response as response
from tests.unit import test_dialogue_talk as talk

OF_DIALOGUE = (
    Mutation(
        "checked messages are drawn again",
        _from_here,
        "enumerate(data.unchecked)",
        "enumerate(data.said_counts)",
        mood.test_the_interval_has_no_width_if_all_messages_are_checked,
    ),
    Mutation(
        "criticism that a check found although the classifier missed it does not count",
        _from_here,
        "found = int(data.checks[others, NEGATIVE].sum())",
        "found = 0",
        mood.test_the_share_weighs_what_was_found_in_each_class_said,
    ),
    Mutation(
        "rare classes need checks too",
        lacks_checks,
        "SMALL_CLASS * max",
        "0.0 * max",
        mood.test_a_rare_class_needs_no_check,
    ),
    Mutation(
        "classes count alike however often they are said",
        errors_by_true_class,
        "rows * said[..., :, None]",
        "rows",
        mood.test_unequal_rates_of_checks_elsewhere_make_no_difference,
    ),
    Mutation(
        "only corners of the triangle are tried",
        mixture_shares,
        "range(1, CLASSES + 1)",
        "range(1, 2)",
        lambda: mood.test_exact_mixtures_are_recovered((0.2, 0.5, 0.3)),
    ),
    Mutation(
        "messages of a thread count as independent",
        _scatter,
        "max(together, 0.0)",
        "0.0",
        mood.test_a_change_is_uncertain_if_moods_come_in_threads,
    ),
    Mutation(
        "the classifier's noise counts as scatter of threads",
        _scatter,
        "sums * sums - np.bincount(thread, weights=score * score)",
        "sums * sums",
        mood.test_the_classifiers_noise_does_not_count_as_scatter_of_threads,
    ),
    Mutation(
        "future replies have come",
        estimate_response,
        "answered = critical.reply_time <= as_of",
        "answered = ~np.isnan(critical.reply_time)",
        response.test_future_replies_have_not_come_and_future_messages_do_not_count,
    ),
    Mutation(
        "silence is taken for slow answers",
        estimate_response,
        "if not messages.has_replies:",
        "if False:",
        response.test_data_without_any_reply_are_rejected,
    ),
    Mutation(
        "threads do not matter",
        WaitingTimes._variance,
        "np.add.at(by_thread, self.thread, seen)",
        "pass",
        response.test_threads_that_are_answered_at_once_widen_the_interval,
    ),
    Mutation(
        "messages that are too young say how many are answered in a day",
        WaitingTimes.within,
        "np.sum(self.follow_up >= hours) < FEWEST_FOLLOWED",
        "False",
        response.test_criticism_of_today_says_nothing_about_a_day,
    ),
    Mutation(
        "local times are universal times",
        WorkingHours._moment,
        "time(minutes // 60, minutes % 60), self.zone)",
        "time(minutes // 60, minutes % 60), UTC)",
        lambda: response.test_working_hours_pass_only_while_the_team_works(
            "mon-fri/09:00-17:00/Europe/Berlin", "2024-03-29T08:00", "2024-04-01T08:00", 9.0
        ),
    ),
    Mutation(
        "a storm raises the level after it",
        _levels,
        "weights = recent * trust",
        "weights = recent",
        days.test_a_storm_does_not_hide_the_next_one,
    ),
    Mutation(
        "a day is compared with itself",
        before,
        "np.full(WINDOW + GUARD, np.nan), values]",
        "np.full(WINDOW - 1, np.nan), values, np.full(GUARD, np.nan)]",
        days.test_the_window_ends_before_the_guard_days,
    ),
    Mutation(
        "days do not scatter",
        usual_counts,
        "np.maximum(scatter, _LEAST_SCATTER)",
        "np.full_like(scatter, _LEAST_SCATTER)",
        days.test_scattered_days_need_more_criticism_than_poisson_days,
    ),
    Mutation(
        "the volume of other talk explains nothing",
        _is_larger_part,
        "usual.mean * louder",
        "usual.mean",
        days.test_more_of_all_messages_is_a_buzz,
    ),
    Mutation(
        "a few messages are a storm",
        find_alarms,
        "(bad >= LEAST_MESSAGES)",
        "(bad >= 1)",
        days.test_silence_is_quiet_and_a_few_messages_are_no_storm,
    ),
    Mutation(
        "messages count as independent for the share of voice",
        _share,
        "variance = max(variance, share * (1.0 - share) / total)",
        "variance = share * (1.0 - share) / total",
        days.test_weeks_that_differ_widen_the_interval,
    ),
    Mutation(
        "the tail begins after the count",
        tail,
        "_incomplete_beta(count[some], size",
        "_incomplete_beta(count[some] + 1.0, size",
        days.test_tails_of_counts_are_those_of_scipy,
    ),
    Mutation(
        "a reply dated before its message answers it",
        first_replies,
        "if (place := bisect_left(times, message.at)) < len(times)",
        "if (place := 0) < len(times)",
        talk.test_a_reply_dated_before_its_message_is_kept_as_it_is,
    ),
    Mutation(
        "replies after now have come already",
        first_replies,
        " and reply.at <= as_of",
        "",
        talk.test_a_reply_after_as_of_has_not_come,
    ),
    Mutation(
        "totals of comments are single messages",
        Talk.add,
        "event.count > 1 or event.lifetime",
        "event.lifetime",
        talk.test_totals_of_comments_are_no_messages,
    ),
    Mutation(
        "reviews of a business are one thread",
        _thread_of,
        " and not is_about_all",
        "",
        question.test_reviews_of_products_are_threads_and_those_of_the_business_are_not,
    ),
    Mutation(
        "days outside of declared coverage are zeros",
        _known_days,
        "if not spans or count",
        "if spans or count",
        question.test_a_day_outside_of_declared_coverage_has_no_data,
    ),
)
