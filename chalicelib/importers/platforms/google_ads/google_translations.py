"""The languages of Google Ads reports that can be read, besides English and German."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from chalicelib.importers.platforms.google_ads.ad_texts import ad_texts
from chalicelib.importers.reports.translations import Translation, read_translations


def _with_ad_texts(translation: Translation) -> Translation:
    texts = ("headline", "long headline", "description", "final url", "path")
    numbered = ad_texts(*(translation.words[f"text {name}"] for name in texts))
    return replace(translation, headings={**translation.headings, **numbered})


TRANSLATIONS = tuple(
    _with_ad_texts(translation)
    for translation in read_translations(Path(__file__).with_name("google_ads_headings.tsv"))
)
