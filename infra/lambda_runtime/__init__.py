"""`make lambda-test`: the packages under AWS's own runtime client, on one machine (ADR 30)."""
