"""Landing files of data pipelines: Airbyte, Meltano and other Singer targets, Stitch, Fivetran.

What is around a record and what the record means are apart, so that any envelope goes with any
stream:

==================  ===========================================================================
envelopes           who wrote a line: the record in it, the time of extraction, deletion
landed              a record by plain names; single values of it
files               JSON by line, arrays, CSV: line after line as objects
streams             what a stream is: what a record is about, what it becomes
traffic             what streams of ads share
google_ads_stats    one module per stream (meta_insights, meta_actions, linkedin_analytics,
                    shopify_orders, stripe_charges, ga4_records)
versions            which of several records of the same thing is the latest
importing           recognition, and the two passes over a file
==================  ===========================================================================
"""

from chalicelib.importers.platforms.pipelines.importing import PIPELINES

IMPORTERS = PIPELINES
