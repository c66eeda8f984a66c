"""Around the service: the template, packages, deployment, and tests of all three."""
