"""Likeworth: what likes, shares, followers and reviews are worth next to a paid ad click.

The map of the house. Arrows point one way only:

    codes <- errors <- events <- {attribution, exports, storage} <- {services, aws}
          <- {wiring, telemetry} <- {api, workers, cli, local, demo} <- app

=================  ===============================================================================
codes/             the registry of reasons, warnings, verdicts and rejections; imports nothing of
                   the house
errors             one exception class per cause, each with its stable code; knows no HTTP
channels, money    the catalogue of channels; amounts with a currency
currencies         what the code of a currency looks like
countries          countries that have a calendar of public holidays
days               days at the edges, within bounds, and instants as they are written
events             the event models of the contract and the one way from raw data to an event
settings           the only reader of the environment
exports/           one module per platform: recognise a file, read its rows, yield events
attribution/       pure statistics: arrays in, frozen dataclasses out
storage/           the table and the objects as interfaces, with DynamoDB and S3 behind them; keys
                   (pure), one module per kind of item, the writer
services/          use cases as functions: record events, run an import, fit, answer a question
aws                how clients and sessions of AWS are made
wiring/            the only place that chooses where state is kept: AWS, or one machine
telemetry          in AWS Lambda: log lines of JSON, metrics, traces; recorded by the edge alone
api/               blueprints of short views; http.py parses requests, shapes answers and problems
workers/           what wakes functions but requests: queues, the stream, the clock, a machine
cli/               the command line: estimate, convert, serve, demo, keys, audit, restore
dashboard/         the page at /: index.html and small modules, joined to one script
documentation/     the handbook at /docs: pages of docs/ as HTML, made by `make docs`
local/             the whole service in one process: SQLite, files, threads
demo/              the made-up brand: a simulation whose truth is known
=================  ===============================================================================

Siblings do not import each other, `attribution` imports only `errors`, and importing this package
or `app` loads neither statsmodels nor scipy nor pandas; `tests/unit/test_house.py` checks it all.
"""

__version__ = "0.1.0"
