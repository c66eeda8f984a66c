"""Google Analytics 4: events exported to BigQuery."""

from chalicelib.importers.platforms.ga4_bigquery.bigquery_events import GA4_EVENTS

IMPORTERS = (GA4_EVENTS,)
