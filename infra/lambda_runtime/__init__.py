"""`make lambda-test`: runs the packages with AWS's runtime client on one machine (ADR 30)."""
