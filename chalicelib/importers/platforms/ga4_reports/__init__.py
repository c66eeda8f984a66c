"""Google Analytics 4: reports and explorations downloaded as CSV."""

from chalicelib.importers.platforms.ga4_reports.ga4_report import GA4_REPORTS

IMPORTERS = (GA4_REPORTS,)
