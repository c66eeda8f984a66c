"""The functions behind queues, the table's stream and the daily schedule.

Each is a plain function that takes an event as AWS delivers it. If work must be retried, the
function raises an exception or lists the message in a partial batch response. The queue then
delivers it again and finally moves it to the dead-letter queue. Only finished work is acknowledged.

`queue_messages` reads the messages of a queue, `import_worker` imports, `fit_worker` fits,
`totals_worker` derives totals, and `daily_jobs` runs once a day. Each of the last four declares its
functions: limits, queue, rights and alarms.
"""

from chalicelib.workers.daily_jobs import (
    end_fits,
    finish_erasures,
    measure_delays,
    renew_user_keys,
    request_fits,
    run_daily_jobs,
)
from chalicelib.workers.fit_worker import analyse, merge_fit, read_fit_part, run_fits
from chalicelib.workers.import_worker import run_imports
from chalicelib.workers.totals_worker import derive_totals, derive_waiting_totals

__all__ = [
    "analyse",
    "derive_totals",
    "derive_waiting_totals",
    "end_fits",
    "finish_erasures",
    "measure_delays",
    "merge_fit",
    "read_fit_part",
    "renew_user_keys",
    "request_fits",
    "run_daily_jobs",
    "run_fits",
    "run_imports",
]
