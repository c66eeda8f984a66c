"""Strata of people pooled into one regression, with their weights and their response.

Two properties differ between people who engage rarely and people who engage often. Both are
estimated from the data.

*Noise.* Active people buy more, so their conversions vary more. A stratum is weighted by the
inverse of its variance (weighted least squares), smoothed over the strata, so that chance in one of
them does not determine its own weight.

*Response.* An engagement of an active person may have a larger effect than one of an inactive
person (effects in proportion to usual purchases), or a smaller one. The effect in stratum s is
``delta * a_s ** slope`` with a_s the mean activity; with weights alone, the estimate would
represent inactive people only. The slope, shared by all types, is estimated with its uncertainty; 0
means that all respond alike.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from chalicelib.attribution.adstock import DECAYS, MIDDLING
from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.within_user.panel_columns import Columns
from chalicelib.attribution.within_user.projection import Projection, Scores


@dataclass(frozen=True, slots=True)
class Panel:
    """The sums of a panel that every later step needs; their size does not depend on the people."""

    projection: Projection
    """Cross products per stratum."""
    scores: Scores
    """Scores of the residuals, per stratum."""
    activity: Floats
    """Mean engagements per person and day at risk; positive. Shape (S,)."""
    touches: Floats
    """Engagements by type. Shape (S, K)."""
    conversions: Floats
    """While at risk. Shape (S,)."""
    channels: Ints
    """Index of the type's channel. Shape (K,)."""

    @property
    def n_kinds(self) -> int:
        """K."""
        return int(self.touches.shape[1])

    @property
    def n_people(self) -> int:
        """People with at least two days at risk."""
        return int(self.projection.n_people.sum())

    @property
    def n_rows(self) -> int:
        """Person-days at risk."""
        return int(self.projection.n_rows.sum())

    def restrict(self, kinds: Ints) -> Panel:
        """The panel of some of the types only."""
        columns = Columns(self.n_kinds).of_kinds(kinds)
        kept = np.append(columns, self.projection.gram.shape[1] - 1)
        return Panel(
            Projection(
                self.projection.gram[:, kept[:, None], kept],
                self.projection.day_effects[:, :, kept],
                self.projection.n_rows,
                self.projection.n_people,
            ),
            Scores(
                self.scores.shift[:, columns],
                self.scores.meat[:, columns[:, None], columns],
                self.scores.fourth[:, columns],
            ),
            self.activity,
            self.touches[:, kinds],
            self.conversions,
            self.channels[kinds],
        )

    def in_channels(self, channels: Ints) -> Panel:
        """The panel whose types belong to these channels, shape (K,)."""
        return replace(self, channels=channels)

    def variation(self) -> Floats:
        """Sum of squares of each type's column within persons and days, shape (K,)."""
        diagonal = np.diagonal(self.projection.gram, axis1=1, axis2=2).sum(axis=0)
        return np.asarray(diagonal[MIDDLING : self.n_kinds * DECAYS.size : DECAYS.size])

    def correlation(self) -> Floats:
        """Correlation of the types within persons and days, shape (K, K)."""
        columns = np.arange(self.n_kinds) * DECAYS.size + MIDDLING
        gram = self.projection.gram.sum(axis=0)[np.ix_(columns, columns)]
        scale = np.sqrt(np.diag(gram))
        return np.asarray(gram / np.outer(scale, scale))

    def noise(self) -> Floats:
        """Variance of a day's conversions by stratum, shape (S,): log-quadratic in the activity.

        If fewer than four strata have conversions, all have the same variance.
        """
        residual = self.projection.gram[:, -1, -1]
        freedom = self.projection.n_rows - self.projection.n_people
        # the residual of a person alone in a stratum is only a rounding error
        known = (self.projection.n_people > 1) & (self.conversions > 0) & (freedom > 0)
        known &= residual > 0
        if known.sum() < _MIN_STRATA:
            return np.full(residual.size, residual.sum() / max(freedom.sum(), 1))
        log_activity = np.log(self.activity)
        design = np.stack([np.ones_like(log_activity), log_activity, log_activity**2], axis=1)
        weight = np.sqrt(self.conversions[known])
        observed = np.log(residual[known] / freedom[known])
        fitted = np.linalg.lstsq(design[known] * weight[:, None], observed * weight, rcond=None)[0]
        # do not extrapolate the parabola beyond the strata that it was fitted to
        inside = np.clip(log_activity, log_activity[known].min(), log_activity[known].max())
        design = np.stack([np.ones_like(inside), inside, inside**2], axis=1)
        return np.asarray(np.exp(design @ fitted))


_MIN_STRATA = 4


@dataclass(frozen=True, slots=True)
class Pooled:
    """One regression over all strata at one slope of the response."""

    gram: Floats
    """Weighted cross products of the columns, q = K * G. Shape (q, q)."""
    product: Floats
    """Weighted cross products of columns and outcome. Shape (q,)."""
    shift: Floats
    """To add to `product`, as a correction for reactions to earlier conversions (see `projection`).
    Shape (q,).
    """
    meat: Floats
    """Shape (q, q)."""
    fourth: Floats
    """Shape (q,)."""
    noise: float
    """Weighted variance of a person-day."""
    response: Floats
    """Mean of ``a_s ** slope`` over a type's engagements; converts a coefficient to a mean effect.
    Shape (K,).
    """

    def without_columns(self, columns: Ints) -> Pooled:
        """The same with some columns projected out of all others (Frisch, Waugh 1933)."""
        own = self.gram[np.ix_(columns, columns)]
        slopes = np.linalg.pinv(own, rcond=1e-12, hermitian=True) @ self.gram[columns]
        change = np.eye(self.gram.shape[0])
        change[:, columns] -= slopes.T
        gram = change @ self.gram @ change.T
        return replace(
            self,
            gram=(gram + gram.T) / 2,
            product=change @ self.product,
            shift=change @ self.shift,
            meat=change @ self.meat @ change.T,
        )


def pool(panel: Panel, slope: float) -> Pooled:
    """Add up the strata.

    `slope`: exponent of the activity in the response; 0: all respond alike.
    """
    noise = panel.noise()
    precision = noise.mean() / noise
    response = panel.activity**slope
    gram = panel.projection.gram
    clusters = panel.n_people
    weight = precision * response
    return Pooled(
        gram=np.tensordot(precision * response**2, gram[:, :-1, :-1], 1),
        product=weight @ gram[:, :-1, -1],
        shift=weight @ panel.scores.shift,
        meat=np.tensordot(weight**2, panel.scores.meat, 1) * (clusters / max(clusters - 1, 1)),
        fourth=weight**4 @ panel.scores.fourth,
        noise=float(precision @ gram[:, -1, -1]) / max(panel.n_rows, 1),
        response=(response @ panel.touches) / np.maximum(panel.touches.sum(axis=0), 1.0),
    )
