"""What runs behind queues, the table's stream and the clock.

Plain functions of an event as AWS delivers it. What must be tried again escapes, or is named in a
partial batch response, so that the queue delivers it again and puts it with the dead letters in the
end; nothing is acknowledged that was not done.

`messages` reads what a queue delivers; `uploaded_files` imports, `requested_fits` fits,
`changed_days` derives totals, and `daily_duties` does what the clock asks for.
"""

from chalicelib.workers.daily_jobs import (
    do_daily_duties,
    end_fits,
    finish_erasures,
    measure_delays,
    renew_user_keys,
    request_fits,
)
from chalicelib.workers.fit_worker import analyse_geo_test, merge_fit, read_fit_part, run_fits
from chalicelib.workers.import_worker import run_imports
from chalicelib.workers.totals_worker import derive_totals, derive_waiting_totals

__all__ = [
    "analyse_geo_test",
    "derive_totals",
    "derive_waiting_totals",
    "do_daily_duties",
    "end_fits",
    "finish_erasures",
    "measure_delays",
    "merge_fit",
    "read_fit_part",
    "renew_user_keys",
    "request_fits",
    "run_fits",
    "run_imports",
]
