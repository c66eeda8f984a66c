"""The headings of YouTube Studio in languages other than English and German."""

from __future__ import annotations

from pathlib import Path

from chalicelib.importers.reports.translations import read_translations

TRANSLATIONS = read_translations(Path(__file__).with_name("studio_headings.tsv"))
