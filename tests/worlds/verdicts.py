"""The comparison of an answer about one engagement type with the truth."""

from __future__ import annotations

from dataclasses import dataclass

from tests.worlds.parameters import Role
from tests.worlds.severity import severity_of

MATERIAL = 0.01
"""For a channel that caused less than this share of the conversions, `no_effect_seen` is right."""
REASONS_BY_ROLE = {"arrival": "on_the_way", "state": "standing_relationship"}


@dataclass(frozen=True)
class Verdict:
    """One engagement type in one world at one seed; estimate and ends are None if rejected.

    Attributes
    ----------
    truth, estimate, low, high : float or None
        Of the conversions (or the value) per engagement.
    oracle_estimate, oracle_low, oracle_high : float or None
        The results of the same model with known parameters; None without an oracle.
    flags : str
        Reasons and warnings, separated by semicolons.
    role : {"cause", "arrival", "state"}
        Only causes have a truth; the others must be rejected with the reason of their role.
    channel_verdict : str
        The verdict on the channel, on the first row of each channel that has a truth.
    channel_verdict_is_wrong : bool or None
        None if there is no verdict.
    """

    world: str
    seed: int
    kind: str
    truth: float
    estimate: float | None
    low: float | None
    high: float | None
    oracle_estimate: float | None = None
    oracle_low: float | None = None
    oracle_high: float | None = None
    flags: str = ""
    role: Role = "cause"
    channel_verdict: str = ""
    channel_verdict_is_wrong: bool | None = None

    @property
    def covered(self) -> bool | None:
        """Whether the interval contains the truth; None without an interval or a truth."""
        if self.role != "cause" or self.low is None or self.high is None:
            return None
        return self.low <= self.truth <= self.high

    @property
    def false_claim(self) -> bool | None:
        """Whether the interval of a type without an effect is above zero."""
        if self.role != "cause" or self.truth > 0 or self.low is None:
            return None
        return self.low > 0

    @property
    def is_cautioned(self) -> bool:
        """Whether a reason or a warning has severity `caution` or `do_not_act`."""
        return bool({"caution", "do_not_act"} & self._severities())

    @property
    def wrong_without_warning(self) -> bool | None:
        """Whether the interval misses the truth without a warning."""
        return None if self.covered is None else not self.covered and not self.is_cautioned

    @property
    def false_claim_unflagged(self) -> bool | None:
        """Whether there is a false claim without a `do_not_act` warning."""
        if self.false_claim is None:
            return None
        return self.false_claim and "do_not_act" not in self._severities()

    @property
    def role_ignored(self) -> bool | None:
        """Whether a type that is not a cause was not rejected with its reason; None for causes."""
        if self.role == "cause":
            return None
        return self.estimate is not None or REASONS_BY_ROLE[self.role] not in self._codes()

    def _codes(self) -> list[str]:
        return [code for code in self.flags.split("; ") if code]

    def _severities(self) -> set[str]:
        return {severity_of(code) for code in self._codes()}


def is_wrong(verdict: str, *, caused: float, gain: float | None, conversions: float) -> bool | None:
    """Whether a verdict on a channel contradicts the truth.

    Parameters
    ----------
    verdict : str
    caused : float
        Conversions that the channel truly caused.
    gain : float or None
        Its true ROI; None without cost.
    conversions : float
        All conversions of the goal.

    Returns
    -------
    bool or None
        None if there is no verdict (rejected), or if the verdict cannot be wrong.
    """
    if verdict == "profitable":
        return gain is not None and gain < 0
    if verdict == "unprofitable":
        return gain is not None and gain > 0
    if verdict == "effective":
        return caused <= 0
    if verdict == "no_effect_seen":
        return caused > MATERIAL * conversions
    return None if verdict in ("", "not_estimable") else False
