"""Google Analytics 4: the reports and explorations of its interface, downloaded as CSV."""

from chalicelib.exports.platforms.ga4_reports.report import GA4_REPORTS

IMPORTERS = (GA4_REPORTS,)
