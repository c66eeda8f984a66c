"""Microsoft Advertising (Bing Ads): the reports of its interface and of its programming interface.

A report says above its table from when to when it is and whether its rows are days, weeks or
months; the column that dates them is the same in all.
"""

from chalicelib.importers.platforms.microsoft_ads.performance import MICROSOFT_ADS

IMPORTERS = (MICROSOFT_ADS,)
