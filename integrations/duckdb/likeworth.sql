-- Likeworth in DuckDB (also as a source of Metabase, Superset or dbt): answers as tables.
--
--   duckdb -cmd "SET VARIABLE url = 'https://api.example.org'; SET VARIABLE key = 'lw_...'" < likeworth.sql
--
-- The CSV of an answer has one row per engagement type (or channel, or day), with intervals,
-- reasons and warnings as columns of their own. Keep them: a number without its warnings misleads.
INSTALL httpfs;
LOAD httpfs;
CREATE OR REPLACE SECRET likeworth (
    TYPE http,
    EXTRA_HTTP_HEADERS MAP {'x-api-key': getvariable('key'), 'Accept': 'text/csv'}
);

CREATE OR REPLACE TABLE engagements AS
SELECT * FROM read_csv(getvariable('url') || '/v1/engagements?format=csv', header = true);

CREATE OR REPLACE TABLE channels AS
SELECT * FROM read_csv(getvariable('url') || '/v1/roi?format=csv', header = true);

CREATE OR REPLACE TABLE days AS
SELECT * FROM read_csv(getvariable('url') || '/v1/decomposition?format=csv', header = true);

-- Only what may be acted on, largest first.
SELECT channel, type, value_per_engagement, value_per_engagement_ci_low, value_per_engagement_ci_high
FROM engagements
WHERE value_per_engagement_ci_low > 0 AND coalesce(warnings, '') = ''
ORDER BY value_per_engagement DESC;
