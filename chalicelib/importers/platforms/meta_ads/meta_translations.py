"""The languages of Ads Manager besides English and German."""

from __future__ import annotations

from chalicelib.importers.platforms.meta_ads.meta_french_italian import FRENCH, ITALIAN
from chalicelib.importers.platforms.meta_ads.meta_iberian import PORTUGUESE, SPANISH
from chalicelib.importers.platforms.meta_ads.meta_other import DUTCH, JAPANESE, POLISH

TRANSLATIONS = (SPANISH, PORTUGUESE, FRENCH, ITALIAN, DUTCH, POLISH, JAPANESE)
