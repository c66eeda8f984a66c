"""Tests of the dashboard in a real browser. They are skipped without Chromium."""
