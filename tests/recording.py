"""Every call of AWS that a function makes while the tests run, held against its policies.

A plugin of pytest: whose call it is says the stack (which of the entry points is below it), so
that what a test does to prepare or to look is nobody's. At the end of a run, also one of several
processes, calls that the function's role may not make fail it; where the whole suite ran and
passed, so does what a role may do and no function did.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.client import BaseClient

from chalicelib.storage.table_keys import TENANT
from tests import policies
from tests.policies import Call

ENTRIES = {
    ("api/likeworth_app.py", "finish_response"): "API",
    ("workers/import_worker.py", "run_imports"): "Import",
    ("workers/fit_worker.py", "run_fits"): "Fit",
    ("workers/fit_worker.py", "read_fit_part"): "FitPart",
    ("workers/fit_worker.py", "merge_fit"): "FitMerge",
    ("workers/fit_worker.py", "analyse"): "Analysis",
    ("workers/totals_worker.py", "derive_totals"): "Aggregate",
    ("workers/totals_worker.py", "derive_waiting_totals"): "Totals",
    ("workers/daily_jobs.py", "request_fits"): "Schedule",
    ("workers/daily_jobs.py", "end_fits"): "Schedule",
    ("workers/daily_jobs.py", "renew_user_keys"): "Schedule",
    ("workers/daily_jobs.py", "finish_erasures"): "Schedule",
    ("workers/daily_jobs.py", "derive_missing_messages"): "Schedule",
    ("workers/daily_jobs.py", "announce_alarms"): "Schedule",
    ("workers/daily_jobs.py", "measure_delays"): "Schedule",
}
"""The function of the code that AWS calls, by file and name."""

SOMEBODY = "~"
"""Stands for any tenant in what is recorded."""

NAME = "calls and policies"
Uses = dict[tuple[str, Call], str]


class Recording:
    """What was called in this process and its workers.

    Attributes
    ----------
    uses : dict
        Of each role and call the test that made it first.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.uses: Uses = {}
        self._config = config
        self._test = ""
        self._findings: list[str] = []
        emit = BaseClient._emit_api_params

        # Of all that botocore does, this is done for calls and for presigned URLs.
        def watched(client: Any, api_params: Any, operation_model: Any, context: Any) -> Any:
            function = function_below(sys._getframe(1))
            if function is not None and self._test:
                self.note(function, operation_model, api_params)
            return emit(client, api_params, operation_model, context)

        BaseClient._emit_api_params = watched

    def note(self, function: str, operation: Any, asked: Any) -> None:
        """Remember a call of a function."""
        service = operation.service_model.service_name
        for call in policies.calls_of(service, operation.name, asked):
            self.uses.setdefault((role_of(function, call), anybodys(call)), self._test)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._test = "" if item.get_closest_marker("breaks_code") else item.nodeid
        try:
            return (yield)
        finally:
            self._test = ""

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        for role, action, resource, keys, test in getattr(node, "workeroutput", {}).get(NAME, ()):
            self.uses.setdefault((role, Call(action, resource, frozenset(keys))), test)

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput[NAME] = [
                (role, call.action, call.resource, sorted(call.keys), test)
                for (role, call), test in self.uses.items()
            ]
            return
        whole = self._config.getoption("all_calls") or self._is_whole(session)
        self._findings = findings(self.uses, whole=whole)
        if self._findings and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if not self._findings:
            return
        terminalreporter.section(NAME, red=True, bold=True)
        for finding in self._findings:
            terminalreporter.line(finding)
        # Counted, so that the last line does not say that all is well.
        told = f"{len(self._findings)} differences"
        report = pytest.TestReport(NAME, (NAME, None, NAME), {}, "failed", told, "teardown")
        terminalreporter.stats.setdefault("error", []).append(report)

    def _is_whole(self, session: pytest.Session) -> bool:
        chosen = ("keyword", "markexpr", "deselect", "lf", "ignore", "ignore_glob", "collectonly")
        return (
            session.exitstatus == pytest.ExitCode.OK
            and self._config.args_source is pytest.Config.ArgsSource.TESTPATHS
            and not any(self._config.getoption(name, None) for name in chosen)
        )


def findings(uses: Uses, *, whole: bool) -> list[str]:
    """What is wrong between calls and policies, a line each.

    Parameters
    ----------
    uses : dict
        Of each role and call the test that made it first.
    whole : bool
        Whether everything that functions do was done: what is allowed besides is wrong then.
    """
    found = [
        f"{role} may not {call.action} {call.resource} {' '.join(sorted(call.keys))}, which "
        f"{test} does"
        for (role, call), test in sorted(uses.items(), key=str)
        if not policies.is_allowed(role, call, SOMEBODY)
    ]
    if not whole:
        return found
    for role in policies.ROLES:
        calls = [call for of, call in uses if of == role]
        if role.removesuffix("Role") in policies.FUNCTIONS:
            calls += policies.calls_of_lambda(role.removesuffix("Role"))
        found += [
            f"{role} may {grant.action} {grant.resource} {grant.pattern}, which no test does"
            for grant in policies.unused(role, calls, SOMEBODY)
        ]
    return found


def function_below(frame: Any) -> str | None:
    """Which function of ours a frame belongs to, or None."""
    while frame is not None:
        code = frame.f_code
        if "chalicelib" in code.co_filename:
            function = ENTRIES.get((code.co_filename.rpartition("chalicelib/")[2], code.co_name))
            if function is not None:
                return function
        frame = frame.f_back
    return None


def role_of(function: str, call: Call) -> str:
    """The role in which a function makes a call."""
    is_data = call.resource.partition("/")[0] in ("Table", "Bucket")
    between = "Tenant" if is_data and function in policies.OF_ONE_TENANT else ""
    return f"{function}{between}Role"


def anybodys(call: Call) -> Call:
    """The call with the same name for every tenant, and without what follows the kind of thing."""
    resource = call.resource
    match resource.split("/"):
        case ["Bucket", "documents", tenant, kind, *_] if TENANT.fullmatch(tenant):
            resource = f"Bucket/documents/{SOMEBODY}/{kind}/x"
        case ["Bucket", "imports", tenant, _, *_] if TENANT.fullmatch(tenant):
            resource = f"Bucket/imports/{SOMEBODY}/x"
    return Call(call.action, resource, frozenset(_kind_of(key) for key in call.keys))


def _kind_of(key: str) -> str:
    tenant, *parts = key.split("#")
    if not parts or not TENANT.fullmatch(tenant):
        return key
    return "#".join((SOMEBODY, parts[0], *(["x"] if parts[1:] else [])))
