"""Restoring a tenant from a copy of the table: what is missing here is written, nothing replaced.

The copy is what DynamoDB makes of a point in time. Its partitions are read one by one, those of
events by day and shard, beside the same partitions here: both come in the order of their sort keys,
so that what is missing shows without a look at each item, and what was done is done partition by
partition. Who was erased since stays erased, and what lost its person since is not doubled.
"""

from chalicelib.services.restoring.bookkeeping import ROLES
from chalicelib.services.restoring.restore_runs import restore
from chalicelib.services.restoring.tally import KINDS, Restored, Tally

__all__ = ["KINDS", "ROLES", "Restored", "Tally", "restore"]
