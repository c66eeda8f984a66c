"""`make e2e`: deploys the packaged template to MiniStack and uses the service (ADR 30)."""
