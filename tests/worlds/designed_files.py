"""Worlds of designs from files: what `likeworth design` promises against what its test then finds.

python -m tests.worlds.designed_files [--kinds holdout,switchback] [--seeds 8] [--tests 25]
    [--decays 0.8,0.85]

For each seed a brand is simulated and written to a file. The command designs a test of its channel
from this file alone. The designed test then runs several times on new days: with the smallest
effect that the design promises to find with 80 % power, and without any.
"""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from chalicelib.attribution.arrays import Floats
from chalicelib.attribution.experiments.holdouts import Arm, analyse_holdout
from chalicelib.attribution.experiments.switchback import Switchback, analyse_switchback
from chalicelib.cli import main as likeworth
from tests.factories import make_conversion, make_cost, make_event

START = dt.date(2025, 1, 6)
DAYS = 280
VALUE, LEVEL, SPEND, RETURN = 60.0, 100.0, 150.0, 3.0
DRIFT = 0.01
DECAYS = (0.3, 0.5, 0.6, 0.7, 0.8)
"""Of which the true one is drawn in each seed."""
PEOPLE = 4_000
"""People of a brand whose people are held out."""
CLAIM = 0.05
HEADER = (
    "| design | seeds | smallest effect promised | shown (80 % promised) | shown without effect "
    "| pseudo-tests say | not feasible: they claim effects | warned of a longer effect |\n"
    "|---|---|---|---|---|---|---|---|"
)


@dataclass(frozen=True)
class Promise:
    """A design at one seed, and the shares of its tests that showed an effect."""

    smallest: float
    shown: float
    false: float
    pseudo: float
    refused: bool
    """Whether the design is not feasible because its pseudo-tests claim effects."""
    longer: bool
    """Whether it warns that the effect may last longer."""


def try_switchback(seed: int, tests: int, decays: Sequence[float] = DECAYS) -> Promise:
    """A brand of totals: a wandering level, and two channels of which one is switched."""
    rng = np.random.default_rng([seed, 41])
    decay = float(rng.choice(decays))
    walk = LEVEL * np.exp(DRIFT * np.cumsum(rng.standard_normal(DAYS)))
    walk *= LEVEL / walk[-1]
    tested, other = (_spends(mean, rng) for mean in (SPEND, 120.0))
    brought = RETURN * _lasting(tested, decay) + 1.5 * _lasting(other, 0.4)
    sold = rng.poisson(walk + brought / VALUE)
    design = _designed(_totals(tested, other, sold), "switchback", "--days", "56")
    first = dt.date.fromisoformat(design["first_day"])
    on = tuple(
        (first + dt.timedelta(days=day)).isoformat() in design["on_days"] for day in range(56)
    )
    test = Switchback(on, float(tested[-28:].mean()), design["decay"])
    x = np.array(Switchback(on, test.spend, decay).exposure)
    smallest = design["smallest_detectable_effect"]
    found = []
    for effect in (smallest, 0.0):
        claims = 0
        for _ in range(tests):
            level = LEVEL * np.exp(DRIFT * np.cumsum(rng.standard_normal(56)))
            drawn = rng.poisson(level + effect / VALUE * x).astype(np.float64)
            claims += analyse_switchback(drawn.tolist(), test).p_value <= CLAIM
        found.append(claims / tests)
    return _promise(design, *found)


def _promise(design: dict[str, Any], shown: float, false: float) -> Promise:
    return Promise(
        design["smallest_detectable_effect"],
        shown,
        false,
        design["false_positives_in_pseudo_tests"],
        "pseudo_tests_claim_effects" in design["reasons"] + design["warnings"],
        "effect_may_last_longer" in design["warnings"],
    )


def try_holdout(seed: int, tests: int, decays: Sequence[float] = DECAYS) -> Promise:
    """A brand of identified people, some of whom convert several times."""
    rng = np.random.default_rng([seed, 42])
    days, per_day = 90, 0.004
    each = rng.gamma(0.5, per_day / 0.5, PEOPLE)  # people differ
    events = []
    for person in range(PEOPLE):
        for kind, rate in (("e", 0.03), ("c", each[person])):
            for number, day in enumerate(np.flatnonzero(rng.random(days) < rate)):
                at = START + dt.timedelta(days=int(day))
                who = {
                    "event_id": f"{kind}{person}-{number}",
                    "occurred_at": f"{at}T{10 + person % 9}:00:00Z",
                    "user_id": f"p{person}",
                }
                make = make_event if kind == "e" else make_conversion
                events.append(make(**who))
    design = _designed(iter(events), "holdout", "--days", "28", channel="facebook")
    people, smallest = design["people"], design["smallest_detectable_effect"]
    treated = people - round(people * design["control_share"])
    found = []
    for effect in (smallest, 0.0):
        claims = 0
        for _ in range(tests):
            arms = [
                _arm(rng.choice(each, size), 28 * (1.0 + lift), rng)
                for size, lift in ((treated, effect), (people - treated, 0.0))
            ]
            claims += analyse_holdout(*arms).p_value <= CLAIM
        found.append(claims / tests)
    return _promise(design, *found)


def _arm(rates: Floats, days: float, rng: np.random.Generator) -> Arm:
    drawn = rng.poisson(rates * days).astype(np.float64)
    return Arm(
        float(rates.size),
        float(drawn.sum()),
        float((drawn > 0).sum()),
        sum_of_squares=float((drawn**2).sum()),
    )


def _spends(mean: float, rng: np.random.Generator) -> Floats:
    noise = np.convolve(rng.standard_normal(DAYS + 3), np.ones(4) / 2, "valid")
    return np.asarray(mean * np.exp(0.5 * noise))


def _lasting(spend: Floats, decay: float) -> Floats:
    stock, found = float(spend.mean()), []
    for amount in spend:
        stock = decay * stock + (1.0 - decay) * float(amount)
        found.append(stock)
    return np.array(found)


def _totals(tested: Floats, other: Floats, sold: Any) -> Iterator[dict[str, Any]]:
    for day in range(DAYS):
        at = f"{START + dt.timedelta(days=day)}T12:00:00Z"
        for name, spend in (("google_ads", tested), ("meta_ads", other)):
            amount = {"amount": f"{spend[day]:.2f}", "currency": "EUR"}
            yield make_cost(event_id=f"c{day}-{name}", channel=name, occurred_at=at, amount=amount)
            yield make_event(
                event_id=f"e{day}-{name}",
                channel=name,
                type="click",
                paid=True,
                occurred_at=at,
                count=max(int(2 * spend[day]), 1),
                user_id=None,
            )
        count = int(sold[day])
        value = {"amount": f"{VALUE * count:.2f}", "currency": "EUR"}
        yield make_conversion(
            event_id=f"o{day}", occurred_at=at, count=count, value=value, user_id=None
        )


def _designed(
    events: Iterator[dict[str, Any]], kind: str, *more: str, channel: str = "google_ads"
) -> dict[str, Any]:
    """What the command prints."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "events.ndjson"
        file.write_text("\n".join(json.dumps(one) for one in events), encoding="utf-8")
        with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()):
            asked = ("--channel", channel, "--kind", kind, *more, "--format", "json")
            status = likeworth(["design", str(file), *asked])
    assert status == 0
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


TRIALS = {"holdout": try_holdout, "switchback": try_switchback}


def lines(
    kinds: list[str], seeds: int, tests: int, decays: Sequence[float] = DECAYS
) -> Iterator[str]:
    """The table, line by line as results arrive.

    Parameters
    ----------
    decays : sequence of float
        Of which the true decay of an effect is drawn in each seed.
    """
    yield HEADER
    for kind in kinds:
        tried = [TRIALS[kind](seed, tests, decays) for seed in range(seeds)]
        mean = {
            name: float(np.mean([getattr(one, name) for one in tried]))
            for name in ("smallest", "shown", "false", "pseudo", "refused", "longer")
        }
        unit = (
            f"{mean['smallest']:.2f} per euro"
            if kind == "switchback"
            else (f"{100 * mean['smallest']:.1f} %")
        )
        yield (
            f"| {kind} | {seeds} x {tests} | {unit} | {mean['shown']:.2f} | {mean['false']:.2f} "
            f"| {mean['pseudo']:.2f} | {mean['refused']:.2f} | {mean['longer']:.2f} |"
        )


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.worlds.designed_files")
    parser.add_argument("--kinds", default=",".join(TRIALS))
    parser.add_argument("--seeds", type=int, default=8)
    parser.add_argument("--tests", type=int, default=25)
    parser.add_argument("--decays", default=",".join(map(str, DECAYS)))
    options = parser.parse_args()
    decays = [float(one) for one in options.decays.split(",")]
    for line in lines(options.kinds.split(","), options.seeds, options.tests, decays):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
