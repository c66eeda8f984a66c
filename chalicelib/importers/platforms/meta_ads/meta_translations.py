"""The headings of Ads Manager in languages other than English and German."""

from __future__ import annotations

from pathlib import Path

from chalicelib.importers.reports.translations import read_translations

TRANSLATIONS = read_translations(Path(__file__).with_name("meta_ads_headings.tsv"))
