"""Microsoft Advertising (Bing Ads): reports from its interface and its API.

Lines above the table contain the period of a report and whether its rows are days, weeks or
months. The date column has the same name in all of them.
"""

from chalicelib.importers.platforms.microsoft_ads.performance import MICROSOFT_ADS

IMPORTERS = (MICROSOFT_ADS,)
