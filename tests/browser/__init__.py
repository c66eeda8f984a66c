"""Tests of the page at / in a real browser; they are skipped where there is no Chromium."""
