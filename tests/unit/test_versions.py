"""Stored items of another version of the service are rejected by name, or replaced."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.model.errors import OtherVersion
from chalicelib.services.experiments import register_experiment
from chalicelib.services.fitting import fit_parts
from chalicelib.services.fitting.fits import list_fits, request_fit, run_fit, show_fit
from chalicelib.services.kept_mappings import save_mapping
from chalicelib.storage import table_keys
from chalicelib.storage.experiment_items import Experiment
from chalicelib.storage.fit_items import FIT_SCHEMA
from chalicelib.storage.import_records import Import
from chalicelib.storage.item_versions import SCHEMA
from chalicelib.storage.mapping_items import StoredMapping
from chalicelib.storage.tenant_store import TenantStore
from tests.conftest import TABLE, Cloud
from tests.experiments import make_holdout
from tests.factories import NOW
from tests.fit_in_parts import planned, record_history
from tests.kept_fits import keep_fit

ID = "20260314T000000Z-0000aaaa"
EXPERIMENT = Experiment("lift", "0", "2026-03-14", None, {"goal": "x"}, {"p_value": 0.5})
KINDS: list[tuple[str, str, str, Callable[[TenantStore], Any], Callable[[TenantStore], Any], str]]
KINDS = [
    (
        "a fit document",
        table_keys.fit_results_partition("acme"),
        ID,
        lambda store: keep_fit(store, ID, {"goals": {}}),
        lambda store: store.fits.document(ID),
        f"the fit {ID} .* POST /v1/fits",
    ),
    (
        "an experiment",
        table_keys.experiments_partition("acme"),
        "lift",
        lambda store: store.experiments.save(EXPERIMENT, None),
        lambda store: store.experiments.get("lift"),
        "the experiment lift .* POST /v1/experiments",
    ),
    (
        "the counts of an experiment",
        table_keys.experiment_counts_partition("acme"),
        "lift",
        lambda store: store.experiments.save(EXPERIMENT, {"north": [1]}),
        lambda store: store.experiments.counts("lift"),
        "the experiment lift .* POST /v1/experiments",
    ),
    (
        "a mapping",
        table_keys.mappings_partition("acme"),
        "crm",
        lambda store: store.mappings.save(StoredMapping("crm", {"dates": "dmy"}, "")),
        lambda store: store.mappings.get("crm"),
        "the mapping crm .* PUT it again at /v1/mappings/crm",
    ),
    (
        "an import and its checkpoint",
        table_keys.imports_partition("acme"),
        ID,
        lambda store: store.imports.add(Import(ID, "x.csv", "2026-03-14T00:00:00Z")),
        lambda store: store.imports.get(ID),
        f"the import {ID} .* upload its file again",
    ),
]


def set_version(cloud: Cloud, partition: str, sort: str, version: int | None) -> None:
    """Make an item one of another version; None: of one from before there were versions."""
    key = {"pk": {"S": partition}, "sk": {"S": sort}}
    item = cloud.dynamodb.get_item(TableName=TABLE, Key=key)["Item"]
    item.pop(SCHEMA)
    if version is not None:
        item[SCHEMA] = {"N": str(version)}
    cloud.dynamodb.put_item(TableName=TABLE, Item=item)


@pytest.mark.parametrize(
    ("version", "age"), [(None, "an older"), (0, "an older"), (2, "a newer"), (1, "")]
)
@pytest.mark.parametrize(
    ("partition", "sort", "save", "read", "told"),
    [one[1:] for one in KINDS],
    ids=[one[0] for one in KINDS],
)
def test_an_item_of_another_version_is_rejected_by_name(
    cloud: Cloud,
    store: TenantStore,
    partition: str,
    sort: str,
    save: Callable[[TenantStore], Any],
    read: Callable[[TenantStore], Any],
    told: str,
    version: int | None,
    age: str,
) -> None:
    save(store)
    assert read(store) is not None
    set_version(cloud, partition, sort, version)
    if not age:
        assert read(store) is not None
        return
    with pytest.raises(OtherVersion, match=told) as error:
        read(store)
    assert f"was made by {age} version of the service" in error.value.detail
    assert f"(schema {version or 0}; this version reads 1)" in error.value.detail


def test_the_list_of_fits_has_those_of_another_version(cloud: Cloud, store: TenantStore) -> None:
    keep_fit(store, ID, {"goals": {"purchase": {}}})
    set_version(cloud, table_keys.fit_results_partition("acme"), ID, FIT_SCHEMA + 1)
    assert [one.fit_id for one in list_fits(store, limit=9)[0]] == [ID]


def test_a_mapping_of_another_version_can_be_replaced(cloud: Cloud, store: TenantStore) -> None:
    body = {
        "dates": "dmy",
        "columns": {"Day": "day", "Likes": "like"},
        "constants": {"channel": "xing"},
    }
    save_mapping(store, "crm", body, now=NOW)
    set_version(cloud, table_keys.mappings_partition("acme"), "crm", None)
    _, is_new = save_mapping(store, "crm", body, now=NOW)
    assert not is_new
    assert store.mappings.get("crm") is not None


def test_an_experiment_of_another_version_fails_a_fit_by_name_until_it_is_sent_again(
    cloud: Cloud, store: TenantStore
) -> None:
    register_experiment(store, make_holdout(experiment_id="lift"), now=NOW)
    set_version(cloud, table_keys.experiments_partition("acme"), "lift", None)
    header = request_fit(store, lambda _: None, now=NOW)
    ended = run_fit(store, header.fit_id, now=NOW, estimate=lambda *given, **about: {})
    assert ended.status == "failed"
    assert ended.error is not None
    assert ended.error["code"] == "other_version"
    assert "the experiment lift" in ended.error["detail"]

    register_experiment(store, make_holdout(experiment_id="lift"), now=NOW)
    assert store.experiments.get("lift") is not None


@pytest.mark.usefixtures("same_people")
def test_a_fit_whose_parts_another_version_read_fails_by_name(
    store: TenantStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    record_history(store)
    plan = planned(store)
    for part in plan.parts:
        fit_parts.read_part(store, plan, part)
    monkeypatch.setattr("chalicelib.services.fitting.packing.FORM", "likeworth columns 99")
    ended = fit_parts.merge_parts(store, plan, now=NOW)
    assert (ended.status, ended.error and ended.error["code"]) == ("failed", "other_version")
    assert ended.error is not None
    assert "POST /v1/fits" in ended.error["detail"]
    assert show_fit(store, plan.fit_id) == ended
