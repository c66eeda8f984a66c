"""Landing files of data pipelines: Airbyte, Meltano and other Singer targets, Stitch, Fivetran.

Envelopes (the columns that a pipeline adds to a record) and streams (the meaning of a record) are
separate, so that every stream can be read in every envelope:

==================  ===========================================================================
envelopes           the pipelines: the record in a line, its extraction time, its deletion
landed              a record with normalised field names, and access to its values
landed_files        JSON Lines, JSON arrays and CSV as a sequence of objects
streams             the definition of a stream: the subject of a record, and its events
traffic             shared by the streams of ad platforms
google_ads_stats    one module per stream (meta_insights, meta_actions, linkedin_analytics,
                    shopify_orders, stripe_charges, ga4_records)
versions            the latest of several records with the same subject
importing           recognition, and the two passes over a file
==================  ===========================================================================
"""

from chalicelib.importers.platforms.pipelines.importing import PIPELINES

IMPORTERS = PIPELINES
