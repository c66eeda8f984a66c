"""Whatever the damage to a file, it gives events, declared rejections or nothing.

`make test` damages the samples of each importer a few times, `make fuzz` thousands of times.
"""

from __future__ import annotations

import io
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.importers import ROW_REJECTIONS, Imported, Rejected, Skipped, read_export
from chalicelib.model.errors import EXPORT_REJECTIONS, ExportRejected
from chalicelib.model.events import EVENT_ERROR_CODES, EventRejected, parse_event
from tests.samples import SAMPLES, Sample, by_importer
from tests.samples.damage import KINDS, Mutation, mutate

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "15"))
"""Per importer."""

mutations = st.lists(
    st.builds(Mutation, st.sampled_from(KINDS), st.integers(0, 2**32 - 1)), min_size=1, max_size=5
)


def read_anything(data: bytes, *, spread: bool, currency: str | None) -> None:
    """Reads a file to its end; fails on anything but declared rejections."""
    try:
        reader = read_export(io.BytesIO(data), spread=spread, currency=currency)
        rows = rejected = not_data = 0
        ids = set()
        for outcome in reader:
            rows += 1
            if isinstance(outcome, Imported):
                for event in outcome.events:
                    ids.add(event["event_id"])
                    try:
                        parse_event(event)
                    except EventRejected as rejection:
                        assert rejection.code in EVENT_ERROR_CODES  # noqa: PT017
            elif isinstance(outcome, Rejected):
                rejected += 1
                assert outcome.code in ROW_REJECTIONS
                assert len(outcome.raw) <= 2000
            else:
                not_data += 1
                assert isinstance(outcome, Skipped)
        summary = reader.summary()
    except ExportRejected as rejection:
        assert rejection.code in EXPORT_REJECTIONS  # noqa: PT017
        return
    assert (summary["rows"], summary["events"]) == (rows, len(ids))
    assert (summary["rejected"], summary["not_data"]) == (rejected, not_data)


SETTINGS = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
ALL = st.sampled_from(list(SAMPLES.values()))


@pytest.mark.parametrize("importer", by_importer())
def test_a_damaged_file_gives_events_or_declared_rejections(importer: str) -> None:
    @SETTINGS
    @given(
        sample=st.sampled_from(by_importer()[importer]),
        damage=mutations,
        other=ALL,
        spread=st.booleans(),
        currency=st.sampled_from([None, "EUR"]),
    )
    def check(
        sample: Sample, damage: list[Mutation], other: Sample, spread: bool, currency: str | None
    ) -> None:
        data = mutate(sample.data, damage, other.data)
        read_anything(data, spread=spread, currency=currency)

    check()


PERSONS = ("Ada", "ada@", "Lovelace", "Secret Lane", "7946 0000")
"""Parts of the names and addresses of the people in the samples."""

HOLD_PERSONS = {
    importer: holding
    for importer, samples in by_importer().items()
    if (holding := [sample for sample in samples if b"Ada" in sample.data])
}

alone = st.lists(
    st.builds(
        Mutation,
        st.sampled_from([kind for kind in KINDS if kind != "splice"]),
        st.integers(0, 2**32 - 1),
    ),
    max_size=3,
)


def everything_said(data: bytes) -> str:
    """All output for a file: events, rejections, notes."""
    said: list[object] = []
    try:
        reader = read_export(io.BytesIO(data), currency="EUR", spread=True)
        said.extend(reader)
        said.append(reader.summary())
    except ExportRejected as rejection:
        said.append(rejection.detail.partition("Looked for")[0])
    return repr(said)


@pytest.mark.parametrize("importer", HOLD_PERSONS)
def test_no_output_names_a_person_whatever_the_damage(importer: str) -> None:
    @SETTINGS
    @given(sample=st.sampled_from(HOLD_PERSONS[importer]), damage=alone)
    def check(sample: Sample, damage: list[Mutation]) -> None:
        said = everything_said(mutate(sample.data, damage, b""))
        assert not [person for person in PERSONS if person in said]

    check()
