"""Experiments: registered, analysed, listed, and combined with what a fit estimates.

`bodies` is what a client sends, `regions` the daily counts of a geo test, `geo_tests` what they
say, `analysis` what a body says and `shown` how, `registry` the use cases of the API, `calibrating`
what a fit does with them.
"""

from chalicelib.services.experiments.analysis import ONCE_ONLY_GOALS, analyse
from chalicelib.services.experiments.calibrating import (
    calibrate_goal,
    with_experiments,
    without_goal,
)
from chalicelib.services.experiments.experiment_bodies import parse_experiment
from chalicelib.services.experiments.geo_analysis import analyse_regions
from chalicelib.services.experiments.registry import (
    Registered,
    all_experiments,
    list_experiments,
    register_experiment,
    show_experiment,
)

__all__ = [
    "ONCE_ONLY_GOALS",
    "Registered",
    "all_experiments",
    "analyse",
    "analyse_regions",
    "calibrate_goal",
    "list_experiments",
    "parse_experiment",
    "register_experiment",
    "show_experiment",
    "with_experiments",
    "without_goal",
]
