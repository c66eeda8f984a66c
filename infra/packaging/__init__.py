"""`make package`: the zips that Lambda runs, and the template that deploys them (ADR 30)."""
