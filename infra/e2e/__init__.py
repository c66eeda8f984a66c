"""`make e2e`: the packaged, merged template deployed to MiniStack, and used (ADR 30)."""
