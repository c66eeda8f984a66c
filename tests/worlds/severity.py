"""The severity of a reason or warning of an answer, from the registry of codes."""

from __future__ import annotations

from chalicelib.model.codes import code_of
from chalicelib.model.codes.entries import Severity


def severity_of(code: str) -> Severity:
    """The severity of a code, which may include its subject (``collinear_with:facebook/share``)."""
    return code_of(code).severity
