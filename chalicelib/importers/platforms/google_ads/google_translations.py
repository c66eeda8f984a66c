"""The languages that Google Ads is read in, beside English and German."""

from __future__ import annotations

from chalicelib.importers.platforms.google_ads.google_other import DUTCH, JAPANESE, POLISH
from chalicelib.importers.platforms.google_ads.google_romance import (
    FRENCH,
    ITALIAN,
    PORTUGUESE,
    SPANISH,
)

TRANSLATIONS = (SPANISH, PORTUGUESE, FRENCH, ITALIAN, DUTCH, POLISH, JAPANESE)
