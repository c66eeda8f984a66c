"""A state machine of everything that can happen to the service, compared with a dictionary.

Each step is applied to the service (`service`) and to the dictionary (`model`). At the end of a
history the two are compared.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from chalicelib import workers
from chalicelib.services.totals.totals_audit import audit
from tests.faults.layer import Crash, Faults
from tests.faults.model import Kept, Model, kept
from tests.faults.sent import (
    FIRST,
    LAST,
    OF_ANOTHER_TENANT,
    OF_PEOPLE,
    PEOPLE,
    SEEDS,
    STORMS,
    Sent,
    lists_of_people,
    raw_events,
    reports,
)
from tests.faults.service import LITTLE, NOW, PLENTY, Service, run_fit

LEFT = st.sampled_from([PLENTY, PLENTY, LITTLE])


class History(RuleBasedStateMachine):
    """Everything that can happen to the service, in any order."""

    make_service: Callable[[], Service] = Service

    def __init__(self) -> None:
        super().__init__()
        self.service = type(self).make_service()
        self.model = Model()
        self.imports: list[Sent] = []
        self.messages: list[dict[str, Any]] = []
        self.fits: list[tuple[str, dict[str, Any], Any]] = []

    def teardown(self) -> None:
        """Compare the service with the model."""
        try:
            self.settle()
        finally:
            self.service.close()

    # --- steps --------------------------------------------------------------------------------

    @initialize(seed=st.integers(0, 1000))
    def begin(self, seed: int) -> None:
        """Draw the faults from a separate seed."""
        self.service.layer._draw = random.Random(seed)

    @rule(raws=st.lists(raw_events(), min_size=1, max_size=30), storm=STORMS)
    def post(self, raws: list[dict[str, Any]], storm: Faults) -> None:
        """Send events by HTTP; send events that are handed back again without faults."""
        self.service.layer.faults = storm
        answer = self.service.post(raws)
        self.service.layer.faults = Faults()
        if answer.status_code == 503:
            self.service.clock.sleep(float(answer.headers["Retry-After"]))
            raws = self.model.acknowledge(raws, answer.json_body)
            answer = self.service.post(raws)
        if answer.status_code != 422:
            assert answer.status_code == 200, answer.body
            assert self.model.acknowledge(raws, answer.json_body) == []

    @rule(raws=st.lists(raw_events(), min_size=1, max_size=30), calls=st.integers(1, 4))
    def post_and_crash(self, raws: list[dict[str, Any]], calls: int) -> None:
        """Crash the function during a request; the client gets no answer and sends again."""
        self.service.layer.crashes_in = calls
        with suppress(Crash):
            self.service.post(raws)
        self.service.layer.crashes_in = 0
        self.post(raws, Faults())

    @rule(
        body=reports(), calls=st.integers(0, 12), storm=STORMS, times=st.integers(1, 3), left=LEFT
    )
    def import_file(self, body: bytes, calls: int, storm: Faults, times: int, left: float) -> None:
        """Put a report into the bucket; deliver its message until the import is done."""
        self.service.seconds_left = left
        self._import(Sent(f"imports/acme/{len(self.imports)}.csv", body), calls, storm, times)

    @rule(body=lists_of_people(), calls=st.integers(0, 12), storm=STORMS, left=LEFT)
    def import_people(self, body: bytes, calls: int, storm: Faults, left: float) -> None:
        """Announce a file with people and a mapping, and upload it."""
        wanted = {"filename": "people.csv", "mapping": OF_PEOPLE}
        answer = self.service.call("POST", "/v1/imports", wanted)
        assert answer.status_code == 201, answer.body
        key = f"imports/acme/{answer.json_body['id']}/people.csv"
        self.service.seconds_left = left
        self._import(Sent(key, body, OF_PEOPLE), calls, storm, times=1)

    def _import(self, sent: Sent, calls: int, storm: Faults, times: int) -> None:
        message = self.service.upload(sent)
        self.service.deliver(message, calls, storm)
        for _ in range(times - 1):
            self.service.deliver(message, 0, Faults())
        self.messages.append(message)
        self.imports.append(sent)
        self.model.take(sent, spread=False)

    @rule(seed=SEEDS)
    def repeat_messages(self, seed: int) -> None:
        """Deliver old messages of S3 again in any order; nothing may change."""
        draw = random.Random(seed)
        for message in draw.sample(self.messages, min(len(self.messages), 2)):
            self.service.deliver(message, 0, Faults())

    @rule(number=st.integers(0, 5), calls=st.integers(0, 8), storm=STORMS, left=LEFT)
    def replay(self, number: int, calls: int, storm: Faults, left: float) -> None:
        """Replay the rejected rows of an import, with weeks spread over their days."""
        self.service.seconds_left = left
        listed = json.loads(self.service.get("/v1/imports?limit=200").body)["imports"]
        if not listed:
            return
        chosen = listed[number % len(listed)]
        answer = self.service.call("POST", f"/v1/imports/{chosen['id']}/replay", {"spread": True})
        if chosen["state"] == "removed":
            assert answer.status_code == 409, answer.body
            return
        assert answer.status_code == 202, answer.body
        queued = self.service.queued("import")
        assert len(queued) == (chosen["state"] == "failed" or chosen["rejected"] > 0)
        for told in queued:
            self.service.deliver(told, calls, storm)
            if chosen["state"] == "failed":  # a replay of a daily report reads only rejected rows
                (sent,) = (one for one in self.imports if one.key == told["import"]["key"])
                if sent.key in self.service.objects():  # otherwise an erasure deleted it
                    self.model.take(sent, spread=True)

    @rule(number=st.integers(0, 5), calls=st.integers(0, 30), storm=STORMS, left=LEFT)
    def remove(self, number: int, calls: int, storm: Faults, left: float) -> None:
        """Remove an import: exactly the events that it was the last to write are deleted."""
        self.service.seconds_left = left
        listed = json.loads(self.service.get("/v1/imports?limit=200").body)["imports"]
        if not listed:
            return
        chosen = listed[number % len(listed)]
        path = f"/v1/imports/{chosen['id']}"
        answer = self.service.call("DELETE", path)
        queued = self.service.queued("import")
        if chosen["state"] == "removed":
            assert (answer.status_code, answer.json_body, queued) == (200, chosen, [])
            return
        assert (answer.status_code, answer.json_body["state"]) == (202, "removing"), answer.body
        (message,) = queued
        self.service.deliver(message, calls, storm)
        told = self.service.get(path).json_body
        removed = self.model.remove(message["import"]["key"])
        assert (told["state"], told["removal"]["events"]) == ("removed", removed)
        assert self.service.get(f"{path}/rejects").json_body["rejects"] == []
        assert message["import"]["key"] not in self.service.objects()

    @rule(seed=SEEDS, times=st.integers(1, 2))
    def stream(self, seed: int, times: int) -> None:
        """Deliver some changes of the stream: in pieces, in any order, repeatedly."""
        self.service.stream(random.Random(seed), times, everything=False)

    @rule(person=st.sampled_from(PEOPLE[:2]), calls=st.integers(0, 40), storm=STORMS)
    def erase(self, person: str, calls: int, storm: Faults) -> None:
        """Erase a person; repeat the request until it is done."""
        layer = self.service.layer
        layer.faults, layer.crashes_in = storm, calls
        for attempt in range(60):
            if attempt > 5:
                layer.faults = Faults()
            self.service.clock.sleep(1)
            try:
                answer = self.service.call("DELETE", f"/v1/users/{person}")
            except Crash:
                layer.crashes_in = 0
                continue
            assert answer.status_code in (200, 202, 503), answer.body
            if answer.status_code == 200:
                break
        else:
            raise AssertionError("the erasure never ends")
        layer.faults, layer.crashes_in = Faults(), 0
        self.model.erased.add(person)
        left = self.service.objects()
        for sent in self.imports:
            if sent.mapping is not None:
                assert sent.key not in left, "a file with people is still there"

    @rule()
    def look_again(self) -> None:
        """Let the daily jobs check erased people a last time."""
        workers.finish_erasures(now=NOW + dt.timedelta(hours=2))

    @rule(calls=st.integers(0, 8), storm=STORMS)
    def fit(self, calls: int, storm: Faults) -> None:
        """Run a fit: it reads the events of the model, and never changes afterwards."""
        window = {"from": f"{FIRST - dt.timedelta(days=9)}", "to": f"{LAST}"}  # with today
        asked = self.service.call("POST", "/v1/fits", window)
        assert asked.status_code == 202, asked.body
        (message,) = self.service.queued("fit")
        self.service.deliver(message, calls, storm, run=run_fit)
        path = f"/v1/fits/{asked.json_body['id']}"
        told = self.service.get(path).json_body
        if told["status"] == "failed":
            assert told["error"]["code"] == "unusable_input"
        else:
            found = told["diagnostics"]["purchase"]["events"]
            assert Counter(map(tuple, found)) == Counter(
                (name, at.isoformat(), user, event)
                for name, at, user, event in self.model.kept(self.service.store.user_hash)
            )
        self.fits.append((path, message, told))

    # --- checks -------------------------------------------------------------------------------

    def settle(self) -> None:
        """Deliver the rest of the stream; compare everything with the model."""
        service = self.service
        service.layer.faults, service.layer.crashes_in = Faults(), 0
        service.stream(random.Random(0), 1, everything=True)
        first = FIRST - dt.timedelta(days=9)
        wanted = Counter(self.model.kept(service.store.user_hash))
        found = Counter(map(kept, service.store.iter_events(first, LAST)))
        assert not found - wanted, f"invented or doubled: {_some(found - wanted)}"
        assert not wanted - found, f"lost: {_some(wanted - found)}"
        theirs = {event.event_id for event in service.other.iter_events(FIRST, LAST)}
        assert theirs == {raw["event_id"] for raw in OF_ANOTHER_TENANT}
        self._check_people()
        now = NOW + dt.timedelta(days=1)
        differences = list(audit(service.store, first, LAST, now=now))
        assert not differences, f"the totals are not what the events say: {differences[0]}"
        query = f"metric=engagements&group_by=channel&from={first}&to={LAST}"
        series = json.loads(service.get(f"/v1/timeseries?{query}").body)["series"]
        told = {one["group"]: sum(point["value"] for point in one["points"]) for one in series}
        assert {group: value for group, value in told.items() if value} == self.model.engagements()
        for path, message, before in self.fits:
            service.deliver(message, 0, Faults(), run=run_fit)
            assert service.get(path).json_body == before, "a fit has changed"

    def _check_people(self) -> None:
        """Check that no user id is stored, and that hashes differ between tenants."""
        stored = self.service.items()
        for person in PEOPLE[:2]:
            assert person is not None
            assert person not in stored
            assert not [line for line in self.service.logged if person in line]
            hashed = self.service.store.user_hash(person)
            assert hashed != self.service.other.user_hash(person)
            plain = hashlib.sha256(person.encode()).digest()
            assert hashed != base64.urlsafe_b64encode(plain[:16]).rstrip(b"=").decode()


def _some(of: Counter[Kept]) -> str:
    return f"{of.total()} events, one of them {next(iter(of))}"
