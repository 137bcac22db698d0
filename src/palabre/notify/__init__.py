"""The worker: it takes what waits and sends it."""
