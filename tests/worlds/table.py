"""The table of `make worlds`: correct and wrong answers per world.

- False claims, and in brackets those without a `do_not_act` warning.
- Wrong without a warning: the interval misses the truth, and no reason or warning has severity
  `caution` or `do_not_act`. As a share of all intervals.
- Wrong verdicts: verdicts on channels that contradict the truth, as a share of all verdicts.
- Cautioned: estimates with a warning of severity `caution` or `do_not_act`.
- Rejected: causes without an estimate.
- Roles ignored: visits and follows that were not rejected with the reason of their role.
- Error / oracle: the median relative error over the oracle's on the same types.
- Width / oracle: the median of the intervals' widths over the oracle's.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from tests.worlds.verdicts import Verdict

HEADER = (
    "| world | seeds | coverage | false claims | wrong without a warning | wrong verdicts "
    "| cautioned | rejected | roles ignored | median relative error "
    "| error / oracle | width / oracle |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|---|"
)


def summarise(world: str, verdicts: Iterable[Verdict]) -> str:
    """One line of the table."""
    rows = list(verdicts)
    causes = [v for v in rows if v.role == "cause"]
    estimated = [v for v in causes if v.estimate is not None]
    errors = [abs(v.estimate - v.truth) / v.truth for v in estimated if v.truth > 0]  # type: ignore[operator]
    cells = (
        world,
        str(len({v.seed for v in rows})),
        _percent([v.covered for v in causes]),
        _claims(causes),
        _percent([v.wrong_without_warning for v in causes]),
        _percent([v.channel_verdict_is_wrong for v in causes]),
        _percent([v.is_cautioned for v in estimated]),
        _percent([v.estimate is None for v in causes]),
        _percent([v.role_ignored for v in rows]),
        f"{np.median(errors):.2f}" if errors else "–",
        _error_ratio(causes),
        _width_ratio(causes),
    )
    return f"| {' | '.join(cells)} |"


def _claims(causes: list[Verdict]) -> str:
    claims = [v.false_claim for v in causes]
    if all(claim is None for claim in claims):
        return "–"
    return f"{_percent(claims)} ({_percent([v.false_claim_unflagged for v in causes])})"


def _error_ratio(rows: list[Verdict]) -> str:
    pairs = [
        (abs(v.estimate - v.truth) / v.truth, abs(v.oracle_estimate - v.truth) / v.truth)
        for v in rows
        if v.truth > 0 and v.estimate is not None and v.oracle_estimate is not None
    ]
    if not pairs:
        return "–"
    ours, oracle = np.median(pairs, axis=0)
    return f"{ours / oracle:.2f}"


def _width_ratio(rows: list[Verdict]) -> str:
    ratios = [
        (v.high - v.low) / (v.oracle_high - v.oracle_low)
        for v in rows
        if v.high is not None
        and v.low is not None
        and v.oracle_high is not None
        and v.oracle_low is not None
    ]
    return f"{np.median(ratios):.2f}" if ratios else "–"


def _percent(flags: Iterable[bool | None]) -> str:
    """The share of true values among the known ones."""
    known = [flag for flag in flags if flag is not None]
    return f"{100 * np.mean(known):.1f} %" if known else "–"
