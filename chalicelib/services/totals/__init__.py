"""Day totals: derive them from events, audit them, and read them as time series."""
