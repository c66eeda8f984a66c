"""Lambda on moto: a call of a function goes to its handler in `app`, and may be made to fail."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from moto.awslambda_simple.models import LambdaSimpleBackend

Fault = Callable[[str, dict[str, Any]], Any]
SIMPLE = {"use_docker": False}
"""moto's configuration of Lambda: no containers."""

HANDLERS = {
    "FitPartHandler": "fit_part_handler",
    "FitMergeHandler": "fit_merge_handler",
    "AnalysisHandler": "analysis_handler",
}
"""Functions that are called by name, and where in `app` they are."""


class Functions:
    """Calls the handlers of `app`, and says what they raise as Lambda does.

    Attributes
    ----------
    before, after : callable
        Called with the function and what it is given, before and after its handler; what they
        raise is what the function raises.
    calls : Counter
        Of each function and part of a fit, if it is one.
    at_once : int
        The most calls at a time.
    """

    def __init__(self) -> None:
        self.before: Fault = lambda *_: None
        self.after: Fault = lambda *_: None
        self.calls: Counter[tuple[str, Any]] = Counter()
        self.at_once = 0
        self._under_way = 0
        self._lock = threading.Lock()

    def take_calls(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Be what moto's Lambda calls."""

        def invoke(
            _: Any, name: str, qualifier: Any, body: Any, headers: Any, told: dict[str, str]
        ) -> bytes:
            try:
                return json.dumps(self.invoke(name, json.loads(body))).encode()
            except Exception as error:  # noqa: BLE001 - as Lambda does
                told["x-amz-function-error"] = "Unhandled"
                return json.dumps({"errorType": type(error).__name__, "errorMessage": "x"}).encode()

        monkeypatch.setattr(LambdaSimpleBackend, "invoke", invoke)

    def invoke(self, name: str, given: dict[str, Any]) -> Any:
        """What the handler of a function, by its name or ARN, makes of an event."""
        import app

        function = name.rpartition(":")[2]
        with self._lock:
            self.calls[function, given.get("part", {}).get("number")] += 1
            self._under_way += 1
            self.at_once = max(self.at_once, self._under_way)
        try:
            self.before(function, given)
            answer = getattr(app, HANDLERS[function])(given, None)
            self.after(function, given)
            return answer
        finally:
            with self._lock:
                self._under_way -= 1
