"""Tools around the service: template, packages, deployment, generated pages, and their tests."""
