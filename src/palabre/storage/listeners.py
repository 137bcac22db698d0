"""Whoever wants to hear of changes, and how they are told without being able to do harm."""

import sys
import threading
from collections.abc import Callable, Iterable

Changed = Callable[[str | None], None]


class Listeners:
    """The functions given to ``Store.watch``; they are called from whatever thread has news."""

    def __init__(self) -> None:
        self._all: dict[object, Changed] = {}
        self._lock = threading.Lock()

    def __bool__(self) -> bool:
        return bool(self._all)

    def add(self, changed: Changed) -> Callable[[], None]:
        """Tell ``changed`` of what comes from now on, until the function returned is called."""
        key = object()
        with self._lock:
            self._all = self._all | {key: changed}

        def end() -> None:
            with self._lock:
                self._all = {k: other for k, other in self._all.items() if k is not key}

        return end

    def clear(self) -> None:
        """Tell nobody any more."""
        with self._lock:
            self._all = {}

    def tell(self, news: Iterable[str | None]) -> None:
        """Pass on which threads changed; None makes the rest superfluous.

        The change is committed: a listener that fails is reported as an uncaught error of its
        thread would be, and neither the others nor the writer hear of it.
        """
        listeners = self._all.values()
        if not listeners:
            return
        threads = set(news)
        for thread_id in [None] if None in threads else threads:
            for changed in listeners:
                try:
                    changed(thread_id)
                except Exception:  # noqa: BLE001 -- see above
                    threading.excepthook(
                        threading.ExceptHookArgs((*sys.exc_info(), threading.current_thread()))
                    )
