"""Google Analytics 4: the events that it exports to BigQuery."""

from chalicelib.exports.platforms.ga4_bigquery.events import GA4_EVENTS

IMPORTERS = (GA4_EVENTS,)
