"""Experiments: registered once, restated under the same id, listed with what they say."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.model.errors import FieldError, NotFound, OtherVersion
from chalicelib.services.experiments.analysis import analyse, digest_of, id_of
from chalicelib.services.experiments.experiment_bodies import (
    EXPERIMENT_ID,
    GeoTest,
    parse_experiment,
    refused,
)
from chalicelib.services.experiments.geo_analysis import GeoAnalysis, analyse_regions
from chalicelib.storage.experiment_items import Experiment
from chalicelib.storage.tenant_store import TenantStore


@dataclass(frozen=True, slots=True)
class Registered:
    """An experiment as it is kept now, and whether it was not there before."""

    experiment: Experiment
    created: bool


def register_experiment(
    store: TenantStore,
    raw: Any,
    *,
    now: dt.datetime,
    regions_by: GeoAnalysis = analyse_regions,
) -> Registered:
    """Analyse an experiment and keep it.

    The same content under the same id again changes nothing and is not analysed again; other
    content takes its place, as with events: platforms and analysts restate their numbers.  Without
    an id the content makes one.

    Parameters
    ----------
    raw : object
        What a JSON parser made of the body. Numbers may be `Decimal`.
    regions_by : callable, optional
        Analyses the raw counts of a geo test.

    Raises
    ------
    InvalidFields
        If it is none, or its counts do not allow the analysis.
    """
    body = parse_experiment(raw, today=now.date())
    currency = store.config.currency
    if isinstance(body, GeoTest) and body.spend and body.spend.currency != currency:
        raise refused([FieldError("/spend/currency", "currency_mismatch", f"not {currency}")])
    try:
        before = store.experiments.get(id_of(body))
    except OtherVersion:
        before = None  # the new content takes its place
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
    """One experiment; raises NotFound."""
    named = EXPERIMENT_ID.fullmatch(experiment_id) is not None
    found = store.experiments.get(experiment_id) if named else None
    if found is None:
        raise NotFound("there is no such experiment")
    return found


def all_experiments(store: TenantStore) -> list[Experiment]:
    """Every experiment of the tenant, for a fit."""
    return list(store.experiments.by_id())
