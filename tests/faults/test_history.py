"""Any history of requests, files, faults, crashes and deliveries ends where a dictionary ends.

The model is a dict of the events that were acknowledged, by their identity. After every history the
store holds exactly these, the day totals are what they say, the audit finds nothing, and the series
that the API tells add up to the model; nobody who was erased is left in any of them.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

from tests.faults.history import History
from tests.faults.sqlite_service import SqliteHistory

SETTINGS = settings(
    max_examples=int(os.environ.get("HISTORIES", "10")),
    stateful_step_count=12,
    deadline=None,
    report_multiple_bugs=False,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

TestHistory = History.TestCase
TestHistory.settings = SETTINGS
TestHistoryOnOneMachine = SqliteHistory.TestCase
TestHistoryOnOneMachine.settings = SETTINGS
