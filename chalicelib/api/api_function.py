"""The Lambda function behind API Gateway, which serves every route."""

from __future__ import annotations

from chalicelib.functions import (
    READS_ROOT_SECRET,
    SEES_MISSING_OBJECTS,
    Function,
    Resource,
    Right,
    gets,
    puts,
    queries,
    reads_objects,
    removes_objects,
    sends,
    updates,
    writes_batches,
    writes_objects,
)

API = Function(
    name="API",
    timeout_seconds=29,  # API Gateway waits no longer
    megabytes=512,
    without_dead_letters="API Gateway waits for the answer: the caller sees a failure and can "
    "retry.",
    settings={"analysis_function": Resource("AnalysisHandler")},
    rights=(
        gets(
            *("config", "erased", "erasures", "experiments", "fit-results", "fits", "imports"),
            *("key-holders", "keys", "links", "mappings", "multipliers", "uploaded"),
        ),
        queries(
            *("days#*", "erased", "erasures", "events#*", "experiments", "fits", "import#*"),
            *("imports", "keys", "links", "mappings", "messages#*", "open-imports"),
        ),
        puts(
            *("config", "erased", "erasures", "experiment-counts", "experiments", "fits"),
            *("imports", "key-holders", "keys", "links", "mappings", "multipliers", "open-imports"),
        ),
        updates("keys", "links", "rate#*"),
        writes_batches("events#*", "import#*", "mappings", "open-imports"),
        reads_objects(
            "imports/{tenant}/*",
            "documents/{tenant}/days/*",
            "documents/{tenant}/fits/*",
            "documents/{tenant}/experiments/*",
        ),
        SEES_MISSING_OBJECTS,
        writes_objects(
            "imports/{tenant}/*",
            "documents/{tenant}/experiments/*",
            "documents/{tenant}/experiment-counts/*",
        ),
        removes_objects("imports/{tenant}/*"),
        sends("ImportQueue", "FitQueue"),
        READS_ROOT_SECRET,
    ),
    calls=(Right("HasStatisticsMade", ("lambda:InvokeFunction",), resources=("AnalysisHandler",)),),
)
