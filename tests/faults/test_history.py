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
