"""Debian's Chromium, as all tests start it."""

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"),
    *("--disable-component-update", "--disable-default-apps", "--no-first-run"),
    "--disable-features=OptimizationHints,MediaRouter",
]
