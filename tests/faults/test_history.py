"""Any history of requests, files, faults, crashes and deliveries ends in the state of a dictionary.

The model is a dict of acknowledged events by their identity. After every history the store contains
exactly these events, the day totals equal them, the audit finds no difference, the API's series add
up to the model, and no erased person is left in any of them.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

from tests.faults.history import History
from tests.faults.sqlite_service import SqliteHistory

EXAMPLES = {"moto": 5, "one machine": 20}
"""Without HISTORIES. One machine is ten times as fast and shows almost all of the same bugs."""

SETTINGS = settings(
    stateful_step_count=12,
    deadline=None,
    report_multiple_bugs=False,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def _settings(engine: str) -> settings:
    examples = int(os.environ.get("HISTORIES", EXAMPLES[engine]))
    return settings(SETTINGS, max_examples=examples)


TestHistory = History.TestCase
TestHistory.settings = _settings("moto")
TestHistoryOnOneMachine = SqliteHistory.TestCase
TestHistoryOnOneMachine.settings = _settings("one machine")
