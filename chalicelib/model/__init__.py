"""The shared model: events, money, days, channels, errors and codes.

Pure code, without storage, HTTP, file formats or clock.

===============  ===============================================================================
codes/           every reason, warning, verdict, rejection and problem: title, meaning, help
errors           one exception class per cause, each with its stable code
events/          events: kinds, fields and validation
admission        decides whether an event is rejected, and what is stored of it
strict_json      strict JSON (RFC 8259)
problem_details  the body of HTTP errors (RFC 9457)
money            amounts with a currency; currencies: the format of a currency code
days             days and instants within the supported range
addresses        addresses of other services
channels         the catalogue of channels
countries        countries with a calendar of public holidays
===============  ===============================================================================
"""
