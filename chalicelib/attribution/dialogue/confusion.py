"""How the classifier errs, from messages that a person has checked.

A table of checks has a row for each class that the classifier says and a column for each class
that a person says. Within a row the checked messages are drawn by lot, or all rows together are;
rows may be checked at different rates.
"""

from __future__ import annotations

import numpy as np

from chalicelib.attribution.arrays import Floats, Ints
from chalicelib.attribution.dialogue.messages import UNKNOWN

CLASSES = 3
DRAWS = 4_000
PRIOR = 1.0 / CLASSES
"""Checks that each cell of the table has beforehand (Perks 1947: one for each row)."""
LEAST_PER_CLASS = 5
"""Checks that each class said needs, if it is at least `SMALL_CLASS` of the messages."""
SMALL_CLASS = 0.02
LEAST_INFORMATION = 0.15
"""Total variation distance of two rows below which the classifier does not separate two classes."""
_SAFE = 0.05


def count_said(said: Ints) -> Ints:
    """Messages by the class said, shape (3,), without those about which nothing was said."""
    return np.bincount(said, minlength=UNKNOWN + 1)[:CLASSES].astype(np.int64)


def count_checks(said: Ints, true: Ints) -> Ints:
    """The table of checks, shape (3, 3): rows by the class said, columns by the true class."""
    both = (said != UNKNOWN) & (true != UNKNOWN)
    flat = np.bincount(said[both] * CLASSES + true[both], minlength=CLASSES * CLASSES)
    return flat.reshape(CLASSES, CLASSES).astype(np.int64)


def lacks_checks(said: Ints, checks: Ints) -> bool:
    """Whether a class that is said often has too few checks to know its errors.

    Parameters
    ----------
    said : array, shape (3,)
        Messages by the class said.
    checks : array, shape (3, 3)
    """
    often = said >= SMALL_CLASS * max(int(said.sum()), 1)
    return bool(
        np.any(often & (said > 0) & (checks.sum(axis=1) < np.minimum(LEAST_PER_CLASS, said)))
    )


def draw_rows(checks: Ints, random: np.random.Generator) -> Floats:
    """Draws of P(true | said) for each row, shape (DRAWS, 3, 3); Dirichlet with `PRIOR`."""
    gammas = random.standard_gamma(checks + PRIOR, size=(DRAWS, CLASSES, CLASSES))
    rows: Floats = gammas / gammas.sum(axis=2, keepdims=True)
    return rows


def errors_by_true_class(rows: Floats, said: Floats) -> Floats:
    """P(said | true) from P(true | said) and the frequency of the classes said (Bayes).

    Parameters
    ----------
    rows : array, shape (..., 3, 3)
        P(true | said), rows by the class said.
    said : array, shape (..., 3)
        Frequencies of the classes said; above 0.

    Returns
    -------
    array, shape (..., 3, 3)
        Rows by the true class, columns by the class said. A true class that never occurs is said
        to be anything with equal probability.
    """
    joint = np.swapaxes(rows * said[..., :, None], -1, -2)
    total = joint.sum(axis=-1, keepdims=True)
    errors: Floats = np.where(
        total > 0, joint / np.where(total > 0, total, 1.0), np.full_like(joint, 1.0 / CLASSES)
    )
    return errors


def least_distance(errors: Floats) -> Floats:
    """The least total variation distance of two true classes, shape (...)."""
    pairs = [
        0.5 * np.abs(errors[..., a, :] - errors[..., b, :]).sum(axis=-1)
        for a in range(CLASSES)
        for b in range(a)
    ]
    least: Floats = np.min(pairs, axis=0)
    return least


def is_uninformative(errors: Floats) -> bool:
    """Whether the classifier may not separate two classes; `errors` has shape (DRAWS, 3, 3)."""
    return bool(np.quantile(least_distance(errors), _SAFE) < LEAST_INFORMATION)
