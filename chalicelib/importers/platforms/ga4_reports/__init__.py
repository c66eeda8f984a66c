"""Google Analytics 4: the reports and explorations of its interface, downloaded as CSV."""

from chalicelib.importers.platforms.ga4_reports.ga4_report import GA4_REPORTS

IMPORTERS = (GA4_REPORTS,)
