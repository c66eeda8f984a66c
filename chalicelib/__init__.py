"""Likeworth: what likes, shares, followers and reviews are worth next to a paid ad click.

The map of the house. Arrows point one way only:

    model <- {attribution, importers, storage} <- {services, aws, webhooks}
          <- {wiring, telemetry, report} <- {api, workers, cli, local, demo} <- app

==============  ================================================================================
model/          what an event is and when it is rejected; money, days, channels, errors, codes
settings        the only reader of the environment
functions       the terms in which a Lambda function is declared: queue, limits, rights, alarms
importers/      platform exports: recognize a file, read its rows, yield events
attribution/    pure statistics: arrays in, frozen dataclasses out
storage/        DynamoDB and S3: table keys (pure), one module per kind of item, the writer
services/       use cases as functions: ingest events, run an import, fit, answer a question
webhooks        messages to the webhooks of tenants
aws             clients and sessions of AWS
wiring/         the only place that chooses where state is kept: AWS, or one machine
telemetry       in AWS Lambda: log lines as JSON, metrics, traces
report/         answers for people: sentences, tables, charts, a page, a workbook
api/            the Chalice app's views; requests, answers and problems
workers/        functions that queues, streams and the clock invoke
cli/            the command line: estimate, doctor, convert, import, report, serve, demo, keys, ...
client/         a typed client of the HTTP API, and its answers as tools for AI assistants
dashboard/      the page at /
documentation/  the documentation at /docs
local/          the whole service in one process: SQLite, files, threads
demo/           a simulated brand whose true effects are known
==============  ================================================================================

Siblings do not import each other, `attribution` imports only `model.errors`, and importing this
package or `app` loads none of numpy, scipy, pandas and statsmodels. `tests/unit/test_house.py`
checks it all.
"""

__version__ = "0.1.0"
