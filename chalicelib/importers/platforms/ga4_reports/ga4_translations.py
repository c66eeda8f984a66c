"""The languages of Google Analytics 4 reports that can be read, besides English and German."""

from __future__ import annotations

from pathlib import Path

from chalicelib.importers.reports.translations import read_translations

TRANSLATIONS = read_translations(Path(__file__).with_name("ga4_headings.tsv"))
