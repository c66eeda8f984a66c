"""YouTube: the CSV files of YouTube Studio and answers of the YouTube Analytics API."""

from chalicelib.exports.platforms.youtube.api import AnalyticsApiImporter
from chalicelib.exports.platforms.youtube.studio import StudioImporter

IMPORTERS = (StudioImporter(), AnalyticsApiImporter())
