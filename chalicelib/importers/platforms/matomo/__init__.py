"""Matomo, formerly Piwik: reports of the interface and of its API as CSV, and the log of visits."""

from chalicelib.importers.platforms.matomo.matomo_report import REPORTS
from chalicelib.importers.platforms.matomo.visits import VISITS

IMPORTERS = (REPORTS, VISITS)
