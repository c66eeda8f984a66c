"""The dashboard in Chromium, controlled by Playwright. Skipped where one of them is missing.

Playwright uses the Chromium of the system (Debian: `apt-get install chromium`) and downloads no
browser. Screenshots of all views are in `build/screenshots/`, which git ignores.
"""
