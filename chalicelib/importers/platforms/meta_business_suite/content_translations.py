"""The languages that content reports are read in, besides English, German and Swedish."""

from __future__ import annotations

from pathlib import Path

from chalicelib.importers.reports.translations import read_translations

TRANSLATIONS = read_translations(Path(__file__).with_name("content_headings.tsv"))
