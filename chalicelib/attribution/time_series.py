"""Effects from daily totals (`time_series`), by a structural time series.

Conversions per day = a level that wanders + a weekly season + ``sum_k beta_k * adstock_k(theta_k)``
+ noise (Harvey 1989; statsmodels `UnobservedComponents`).  The level follows demand, so that
marketing which merely goes along with demand is not credited with it.  Coefficients are states with
a diffuse start: a likelihood takes milliseconds, so the decay of each kind is averaged over a
grid, kind by kind, weighted by likelihood times prior.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.diagnostic import acorr_ljungbox
from statsmodels.tools.sm_exceptions import ConvergenceWarning
from statsmodels.tsa.statespace.structural import UnobservedComponents

from chalicelib.attribution.adstock import DECAYS
from chalicelib.attribution.decays import pooled_weights, prior_weights

Floats = NDArray[np.float64]

SEASON = 7
_SWEEPS = 3


@dataclass(frozen=True, slots=True)
class TimeSeriesFit:
    """What one engagement of each kind causes, judged by daily totals.

    Attributes
    ----------
    delta : array, shape (K,)
        Conversions inside the window caused by one engagement, on average over the engagements.
    cov : array, shape (K, K)
    decay_weights : array, shape (K, G)
    degrees_of_freedom : int
        Days less states and variances: for Student's quantile.
    converged : bool
        Whether the variances were found.
    residual_p : float
        Ljung-Box p-value of the standardised one-step residuals: small means that they are
        correlated over time.
    """

    delta: Floats
    cov: Floats
    decay_weights: Floats
    degrees_of_freedom: int
    converged: bool
    residual_p: float

    @property
    def critical(self) -> float:
        """Two-sided 95 % quantile of Student's distribution."""
        return float(stats.t.ppf(0.975, max(self.degrees_of_freedom, 1)))


def adstock_series(counts: Floats) -> Floats:
    """Adstock of daily counts at every decay of the grid: (T, K) -> (T, K, G)."""
    out = np.empty((*counts.shape, DECAYS.size))
    stock = np.zeros((counts.shape[1], DECAYS.size))
    for day in range(counts.shape[0]):
        stock = stock * DECAYS + counts[day, :, None]
        out[day] = stock
    return out


def fit_time_series(outcome: Floats, counts: Floats, inside: Floats) -> TimeSeriesFit:
    """Fit the structural model.

    Parameters
    ----------
    outcome : array, shape (T,)
        Conversions per day (less what other methods already explained).
    counts : array, shape (T, K)
        Engagements per day; every column must vary.
    inside : array, shape (K, G)
        Mean over a kind's engagements of the adstock weights inside the window, per decay.
    """
    n_days, n_kinds = counts.shape
    stocks = adstock_series(counts)
    scales = stocks.std(axis=0)
    standard = (stocks - stocks.mean(axis=0)) / scales
    unit = outcome.std()
    y = (outcome - outcome.mean()) / unit
    chosen = np.full(n_kinds, int(np.argmax(prior_weights())))
    weights = np.tile(prior_weights(), (n_kinds, 1))
    log_likelihood = np.zeros((n_kinds, DECAYS.size))
    kinds = np.arange(n_kinds)
    params, converged = _variances(y, standard[:, kinds, chosen])
    mean = np.zeros((n_kinds, DECAYS.size))
    variance = np.zeros((n_kinds, DECAYS.size))
    for _ in range(_SWEEPS):
        before = chosen.copy()
        for kind in range(n_kinds):
            for g in range(DECAYS.size):
                trial = chosen.copy()
                trial[kind] = g
                fit = _coefficients(y, standard[:, kinds, trial], params)
                log_likelihood[kind, g], beta, cov = fit
                rescale = unit / scales[kind, g] * inside[kind, g]
                mean[kind, g] = beta[kind] * rescale
                variance[kind, g] = cov[kind, kind] * rescale**2
        weights = pooled_weights(log_likelihood)
        chosen = np.argmax(weights, axis=1)
        if np.array_equal(chosen, before):
            break
        params, converged = _variances(y, standard[:, kinds, chosen])
    delta = (weights * mean).sum(axis=1)
    spread = (weights * (variance + (mean - delta[:, None]) ** 2)).sum(axis=1)
    model = _model(y, standard[:, kinds, chosen])
    result = model.smooth(params)
    _, _, cov = _coefficients(y, standard[:, kinds, chosen], params)
    correlation = cov / np.sqrt(np.outer(np.diag(cov), np.diag(cov)))
    residuals = np.asarray(result.standardized_forecasts_error[0])[model.loglikelihood_burn :]
    lags = min(10, residuals.size // 5)
    residual_p = float(acorr_ljungbox(residuals, lags=[lags])["lb_pvalue"].iloc[0])
    return TimeSeriesFit(
        delta=delta,
        cov=correlation * np.sqrt(np.outer(spread, spread)),
        decay_weights=weights,
        degrees_of_freedom=n_days - n_kinds - SEASON - 2,
        converged=converged,
        residual_p=residual_p,
    )


def _model(y: Floats, exog: Floats) -> UnobservedComponents:
    return UnobservedComponents(
        y,
        level="local level",
        seasonal=SEASON,
        stochastic_seasonal=False,
        exog=exog,
        mle_regression=False,
    )


def _variances(y: Floats, exog: Floats) -> tuple[Floats, bool]:
    """Variances of the noise and of the level's steps, by maximum likelihood."""
    model = _model(y, exog)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # told by the flag that is returned
        warnings.simplefilter("ignore", RuntimeWarning)
        result = model.fit(
            start_params=np.array([0.5, 0.05]), method="lbfgs", maxiter=200, disp=False
        )
    return np.asarray(result.params), bool(result.mle_retvals["converged"])


def _coefficients(y: Floats, exog: Floats, params: Floats) -> tuple[float, Floats, Floats]:
    """Log-likelihood, coefficients (K,) and their covariance (K, K) at known variances."""
    n_kinds = exog.shape[1]
    filtered = _model(y, exog).filter(params)
    beta = filtered.filtered_state[-n_kinds:, -1]
    cov = filtered.filtered_state_cov[-n_kinds:, -n_kinds:, -1]
    return float(filtered.llf), np.asarray(beta), np.asarray(cov)
