"""Matomo (formerly Piwik): reports from the interface and the API as CSV, and the visits log."""

from chalicelib.importers.platforms.matomo.matomo_report import REPORTS
from chalicelib.importers.platforms.matomo.visits import VISITS

IMPORTERS = (REPORTS, VISITS)
