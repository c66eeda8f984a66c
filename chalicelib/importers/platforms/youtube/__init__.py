"""YouTube: the CSV files of YouTube Studio and answers of the YouTube Analytics API."""

from chalicelib.importers.platforms.youtube.studio import STUDIO
from chalicelib.importers.platforms.youtube.youtube_api import ANALYTICS_API

IMPORTERS = (STUDIO.importer(), ANALYTICS_API)
