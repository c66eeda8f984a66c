"""YouTube: the CSV files of YouTube Studio and answers of the YouTube Analytics API."""

from chalicelib.exports.platforms.youtube.api import ANALYTICS_API
from chalicelib.exports.platforms.youtube.studio import STUDIO

IMPORTERS = (STUDIO.importer(), ANALYTICS_API)
