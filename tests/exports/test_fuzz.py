"""Whatever is done to a file: events, refusals that are declared, or nothing.

In `make test` every kind of file is damaged a few dozen times; `make fuzz` does it 100,000 times.
"""

from __future__ import annotations

import io
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.importers import ROW_REFUSALS, Imported, Refused, Skipped, read_export
from chalicelib.model.errors import EXPORT_REFUSALS, ExportRefused
from chalicelib.model.events import EVENT_ERROR_CODES, EventRefused, parse_event
from tests.exports.corpus import FAMILIES, FILES
from tests.exports.mutations import KINDS, Mutation, mutate

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "40"))
"""Per kind of file."""

mutations = st.lists(
    st.builds(Mutation, st.sampled_from(KINDS), st.integers(0, 2**32 - 1)), min_size=1, max_size=5
)


def read_anything(data: bytes, *, spread: bool, currency: str | None) -> None:
    """Reads a file to its end; anything but a declared refusal escapes."""
    try:
        reader = read_export(io.BytesIO(data), spread=spread, currency=currency)
        rows = refused = not_data = 0
        ids = set()
        for outcome in reader:
            rows += 1
            if isinstance(outcome, Imported):
                for event in outcome.events:
                    ids.add(event["event_id"])
                    try:
                        parse_event(event)
                    except EventRefused as refusal:
                        assert refusal.code in EVENT_ERROR_CODES  # noqa: PT017
            elif isinstance(outcome, Refused):
                refused += 1
                assert outcome.code in ROW_REFUSALS
                assert len(outcome.raw) <= 2000
            else:
                not_data += 1
                assert isinstance(outcome, Skipped)
        summary = reader.summary()
    except ExportRefused as refusal:
        assert refusal.code in EXPORT_REFUSALS  # noqa: PT017
        return
    assert (summary["rows"], summary["events"]) == (rows, len(ids))
    assert (summary["rejected"], summary["not_data"]) == (refused, not_data)


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_gives_events_or_declared_refusals(name: str) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        damage=mutations,
        other=st.sampled_from(sorted(FILES)),
        spread=st.booleans(),
        currency=st.sampled_from([None, "EUR"]),
    )
    def check(damage: list[Mutation], other: str, spread: bool, currency: str | None) -> None:
        data = mutate(FILES[name][1], damage, FILES[other][1])
        read_anything(data, spread=spread, currency=currency)

    check()


def test_every_file_has_a_name_of_its_own() -> None:
    assert len(FILES) == sum(map(len, FAMILIES))


@pytest.mark.parametrize("name", FILES)
def test_every_kind_of_file_is_recognised_as_what_it_is(name: str) -> None:
    platform, data = FILES[name]

    reader = read_export(io.BytesIO(data), currency="EUR", spread=True)

    assert any(isinstance(outcome, Imported) for outcome in reader)
    assert reader.summary()["platform"] == platform
    assert reader.summary()["rejected"] == 0


PERSONS = ("Ada", "ada@", "Lovelace", "Secret Lane", "7946 0000")
"""People in the files; whatever is done to a file, nothing is said of them."""

HOLD_PERSONS = [name for name, (_, data) in FILES.items() if b"Ada" in data]

alone = st.lists(
    st.builds(
        Mutation,
        st.sampled_from([kind for kind in KINDS if kind != "splice"]),
        st.integers(0, 2**32 - 1),
    ),
    max_size=3,
)


def everything_said(data: bytes) -> str:
    """All that comes of a file: events, refusals, notes."""
    said: list[object] = []
    try:
        reader = read_export(io.BytesIO(data), currency="EUR", spread=True)
        said.extend(reader)
        said.append(reader.summary())
    except ExportRefused as refusal:
        said.append(refusal.detail.partition("Looked for")[0])
    return repr(said)


@pytest.mark.parametrize("name", HOLD_PERSONS)
def test_nothing_is_said_of_a_person_whatever_is_done_to_the_file(name: str) -> None:
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(damage=alone)
    def check(damage: list[Mutation]) -> None:
        said = everything_said(mutate(FILES[name][1], damage, b""))
        assert not [person for person in PERSONS if person in said]

    check()
