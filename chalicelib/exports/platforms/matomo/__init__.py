"""Matomo, formerly Piwik: reports of the interface and of its API as CSV, and the log of visits."""

from chalicelib.exports.platforms.matomo.report import REPORTS
from chalicelib.exports.platforms.matomo.visits import VISITS

IMPORTERS = (REPORTS, VISITS)
