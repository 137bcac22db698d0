"""The application in process, as the tests of the web room build it."""

# Fixtures by import: each name below is one.
from web.conftest import (
    build,
    catalogues,
    client,
    clock,
    config,
    house,
    moderator,
    rules,
    say,
    settle,
    store,
)

__all__ = (
    "build",
    "catalogues",
    "client",
    "clock",
    "config",
    "house",
    "moderator",
    "rules",
    "say",
    "settle",
    "store",
)
