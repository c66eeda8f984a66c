"""Experiments with their analysis, and, stored separately, the counts of geo tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.storage import document_items, table_keys
from chalicelib.storage.attributes import Item, to_item
from chalicelib.storage.item_versions import check_version, versioned
from chalicelib.storage.objects import Objects
from chalicelib.storage.table import Table

SCHEMA = 1
"""Version of the stored shape of an experiment and of its counts."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """An experiment and its analysis."""

    experiment_id: str
    digest: str
    """Hash of the content, to detect other content under the same id."""
    registered_at: str
    restated_at: str | None
    """When the content was replaced after the registration."""
    what: Mapping[str, Any]
    """The request body, without the counts of a geo test."""
    analysis: Mapping[str, Any]
    """The result of the analysis."""


class ExperimentStore:
    """The experiments of one tenant."""

    def __init__(self, table: Table, objects: Objects, tenant: str) -> None:
        self._table = table
        self._objects = objects
        self._tenant = tenant

    def save(self, experiment: Experiment, counts: dict[str, Any] | None) -> None:
        """Store an experiment, replacing one with the same id.

        The counts are written first, so that no experiment is stored without its counts.
        """
        if counts is not None:
            item: Item = {
                "pk": {"S": table_keys.experiment_counts_partition(self._tenant)},
                "sk": {"S": experiment.experiment_id},
            }
            at = table_keys.document_object(
                self._tenant, "experiment-counts", experiment.experiment_id
            )
            item |= document_items.keep(counts, self._objects, at)
            self._table.put(versioned(item, SCHEMA))
        values = {
            "digest": experiment.digest,
            "registered_at": experiment.registered_at,
            "restated_at": experiment.restated_at,
        }
        item = to_item(
            table_keys.experiments_partition(self._tenant), experiment.experiment_id, values
        )
        content = {"what": experiment.what, "analysis": experiment.analysis}
        at = table_keys.document_object(self._tenant, "experiments", experiment.experiment_id)
        item |= document_items.keep(content, self._objects, at)
        self._table.put(versioned(item, SCHEMA))

    def get(self, experiment_id: str) -> Experiment | None:
        """Return the experiment with this id, or None."""
        partition = table_keys.experiments_partition(self._tenant)
        item = self._table.get(partition, experiment_id, consistent=True)
        return None if item is None else self._to_experiment(item)

    def by_id(self, *, limit: int | None = None, after: str | None = None) -> Iterator[Experiment]:
        """Return experiments ordered by id, starting after the id `after`, if given."""
        partition = table_keys.experiments_partition(self._tenant)
        for item in self._table.query(partition, limit=limit, after=after):
            yield self._to_experiment(item)

    def counts(self, experiment_id: str) -> dict[str, Any] | None:
        """Return the counts of a geo test, or None."""
        item = self._table.get(table_keys.experiment_counts_partition(self._tenant), experiment_id)
        if item is None:
            return None
        found: dict[str, Any] = document_items.recall(_checked(item), self._objects)
        return found

    def _to_experiment(self, item: Item) -> Experiment:
        content = document_items.recall(_checked(item), self._objects)
        restated = item.get("restated_at")
        return Experiment(
            experiment_id=item["sk"]["S"],
            digest=item["digest"]["S"],
            registered_at=item["registered_at"]["S"],
            restated_at=None if restated is None else restated["S"],
            what=content["what"],
            analysis=content["analysis"],
        )


def _checked(item: Item) -> Item:
    what = f"the experiment {item['sk']['S']}"
    return check_version(item, SCHEMA, what, "send it again with POST /v1/experiments")
