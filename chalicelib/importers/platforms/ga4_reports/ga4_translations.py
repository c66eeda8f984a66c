"""The languages of Google Analytics 4 reports that can be read, besides English and German.

In addition to headings, ``property`` is the label of the website in the lines above a table.
``dimension`` and a kind are patterns that identify a dimension. ``channel`` and a slug are the
names of a default channel group.
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
