"""The languages of Google Ads reports that can be read, besides English and German."""

from __future__ import annotations

from chalicelib.importers.platforms.google_ads.google_other import DUTCH, JAPANESE, POLISH
from chalicelib.importers.platforms.google_ads.google_romance import (
    FRENCH,
    ITALIAN,
    PORTUGUESE,
    SPANISH,
)

TRANSLATIONS = (SPANISH, PORTUGUESE, FRENCH, ITALIAN, DUTCH, POLISH, JAPANESE)
