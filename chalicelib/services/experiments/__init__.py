"""Experiments: registered, analysed, listed, and combined with the estimates of a fit.

`experiment_bodies` has the models of requests, `regions` the daily counts of a geo test,
`geo_analysis` their analysis, `analysis` the analysis of any body, `shown` the shape of answers,
`registry` the use cases of the API, and `calibrating` the use of experiments in a fit.
"""

from chalicelib.services.experiments.analysis import ONCE_ONLY_GOALS, analyse
from chalicelib.services.experiments.calibrating import calibrate_goal, without_goal
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
    "without_goal",
]
