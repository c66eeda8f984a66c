"""What the whole house agrees on: events, money, days, channels, errors and codes.

Pure. Knows no store, no HTTP, no file format and no clock.

===============  ===============================================================================
codes/           every reason, warning, verdict and rejection: its title and its explanation
errors           one exception class per cause, each with its stable code
events/          what an event is: its kinds and fields, and the check of one
admission        when an event is rejected, and what is stored of it; the only way in
strict_json      JSON as RFC 8259 defines it, without what parsers silently accept
money            amounts with a currency; currencies: the form of a currency code
days             days and instants within the supported range
channels         the catalogue of channels
countries        countries with a calendar of public holidays
===============  ===============================================================================
"""
