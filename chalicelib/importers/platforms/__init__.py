"""The importers, one module per kind of export.

A module of this package that defines ``IMPORTERS`` (a tuple of `recognition.Importer`) takes part
in the recognition; nothing else has to know of it.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from chalicelib.importers.recognition.recognition import Importer


def find_importers() -> tuple[Importer, ...]:
    """The importers of all modules of this package, in the order of the modules' names."""
    found: list[Importer] = []
    for module in sorted(iter_modules(__path__), key=lambda module: module.name):
        found.extend(getattr(import_module(f"{__name__}.{module.name}"), "IMPORTERS", ()))
    return tuple(found)


IMPORTERS = find_importers()
