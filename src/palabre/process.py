"""What each process of the server does for itself: write its log, and not outlive its parent."""

import ctypes
import gc
import logging
import signal
import sys

import structlog

_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Ask Linux to end this worker when the process that started it dies, however it dies.

    Granian's workers would go on serving after their parent was killed, and hold the port.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def before_forking() -> None:
    """Make what is in memory fit to be shared with workers that are forked from here.

    What loading left behind is given back, and the collector leaves in peace what is there by now:
    it would write into pages that are shared as long as nobody does.
    """
    gc.collect()
    gc.freeze()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it
    if trim is not None:
        trim(0)


def configure_logging(level: str) -> None:
    """Write one JSON line for each event to standard error."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
