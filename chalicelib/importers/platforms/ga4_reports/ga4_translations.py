"""The languages that Google Analytics 4 is read in, beside English and German.

Beside the headings: ``property`` is what the line above a table calls the website, ``dimension``
and a kind are patterns by which a dimension is known, ``channel`` and its slug the names of the
default channel groups.
"""

from __future__ import annotations

from chalicelib.importers.platforms.ga4_reports.ga4_other import DUTCH, JAPANESE, POLISH
from chalicelib.importers.platforms.ga4_reports.ga4_romance import (
    FRENCH,
    ITALIAN,
    PORTUGUESE,
    SPANISH,
)

TRANSLATIONS = (SPANISH, PORTUGUESE, FRENCH, ITALIAN, DUTCH, POLISH, JAPANESE)
