"""The headings of content exports in languages other than English and German.

The few known Swedish headings are in `business_suite_columns`.
"""

from __future__ import annotations

from pathlib import Path

from chalicelib.importers.reports.translations import read_translations

TRANSLATIONS = read_translations(Path(__file__).with_name("content_headings.tsv"))
