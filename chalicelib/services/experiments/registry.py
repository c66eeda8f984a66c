"""Experiments: registered, restated under the same id, and listed with their analysis."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.model.errors import FieldError, NotFound, OtherVersion
from chalicelib.services.experiments.analysis import analyse, digest_of, id_of
from chalicelib.services.experiments.experiment_bodies import (
    EXPERIMENT_ID,
    GeoTest,
    invalid_experiment,
    parse_experiment,
)
from chalicelib.services.experiments.geo_analysis import GeoAnalysis, analyse_regions
from chalicelib.storage.experiment_items import Experiment
from chalicelib.storage.tenant_store import TenantStore


@dataclass(frozen=True, slots=True)
class Registered:
    """An experiment as stored, and whether it is new."""

    experiment: Experiment
    created: bool


def register_experiment(
    store: TenantStore,
    raw: Any,
    *,
    now: dt.datetime,
    regions_by: GeoAnalysis = analyse_regions,
) -> Registered:
    """Analyse and store an experiment.

    The same content under the same id changes nothing and is not analysed again. Other content
    replaces the old one, as with events, because platforms and analysts restate their numbers. A
    missing id is derived from the content.

    Parameters
    ----------
    raw : object
        The parsed JSON body. Numbers may be `Decimal`.
    regions_by : callable, optional
        Analyses the raw counts of a geo test.

    Raises
    ------
    InvalidFields
        If the experiment is invalid, or its counts do not allow the analysis.
    """
    body = parse_experiment(raw, today=now.date())
    currency = store.config.currency
    if isinstance(body, GeoTest) and body.spend and body.spend.currency != currency:
        raise invalid_experiment(
            [FieldError("/spend/currency", "currency_mismatch", f"must be in {currency}")]
        )
    try:
        before = store.experiments.get(id_of(body))
    except OtherVersion:
        before = None  # replaced by the new content
    if before is not None and before.digest == digest_of(body):
        return Registered(before, created=False)
    analysed = analyse(body, now=now, regions_by=regions_by)
    experiment = analysed.experiment
    if before is not None:
        experiment = replace(
            experiment,
            registered_at=before.registered_at,
            restated_at=experiment.registered_at,
        )
    store.experiments.save(experiment, analysed.counts)
    return Registered(experiment, created=before is None)


def list_experiments(
    store: TenantStore, *, limit: int, after: str | None = None
) -> tuple[list[Experiment], str | None]:
    """A page of experiments by id, and where the next one begins (None at the end)."""
    found = list(store.experiments.by_id(limit=limit + 1, after=after))
    page = found[:limit]
    return page, (page[-1].experiment_id if len(found) > limit else None)


def show_experiment(store: TenantStore, experiment_id: str) -> Experiment:
    """Return one experiment.

    Raises
    ------
    NotFound
        If there is no such experiment.
    """
    named = EXPERIMENT_ID.fullmatch(experiment_id) is not None
    found = store.experiments.get(experiment_id) if named else None
    if found is None:
        raise NotFound("there is no such experiment")
    return found


def all_experiments(store: TenantStore) -> list[Experiment]:
    """Every experiment of the tenant, for a fit."""
    return list(store.experiments.by_id())
