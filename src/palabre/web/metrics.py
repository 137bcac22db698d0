"""Figures for Prometheus, in a registry of their own per application."""

from collections import Counter as Counts
from collections.abc import Callable
from dataclasses import replace

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from palabre.application.ports import Judge
from palabre.domain.decision import Decision
from palabre.moderation.facts import Facts
from palabre.web.house import House

MEDIA_TYPE = "text/plain; version=0.0.4"

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """What is counted. Labels come from closed sets, so that no visitor can make new series."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "palabre_requests",
            "Requests answered, by method, route and status.",
            ["method", "route", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "palabre_request_seconds",
            "Time from a request to the end of its answer; not of answers from memory.",
            ["route"],
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._decisions = Counter(
            "palabre_decisions",
            "Texts judged, by verdict.",
            ["verdict"],
            registry=self._registry,
        )
        self._rules = Counter(
            "palabre_rules",
            "Decisions that rest on a rule, by rule and verdict.",
            ["rule", "verdict"],
            registry=self._registry,
        )

        self._reads: Counts[tuple[str, str, int]] = Counts()
        self._made = Counter(
            "palabre_answers_made",
            "Public answers made for memory; all other reads found theirs there.",
            registry=self._registry,
        )
        self._checked = Counter(
            "palabre_answers_checked",
            "Public answers found to hold after a change, by one look at the store.",
            registry=self._registry,
        )
        self._bytes = Gauge(
            "palabre_memory_bytes", "Bytes of public answers in memory.", registry=self._registry
        )
        self._answers = Gauge(
            "palabre_memory_answers", "Public answers in memory.", registry=self._registry
        )

    def read(self, method: str, route: str, status: int) -> None:
        """Count one answer from memory: it costs no lock, and shows at the next exposition."""
        self._reads[method, route, status] += 1

    def made(self) -> None:
        """Count one answer that was made to be kept."""
        self._made.inc()

    def checked(self) -> None:
        """Count one kept answer that still holds."""
        self._checked.inc()

    def remembered(self, size: int, answers: int) -> None:
        """Tell how much is in memory."""
        self._bytes.set(size)
        self._answers.set(answers)

    def timed(self, route: str, seconds: float) -> None:
        """Note how long an answer took that is counted elsewhere."""
        self._seconds.labels(route).observe(seconds)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        method = method if method in _METHODS else "other"
        self._requests.labels(method, route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def decided(self, decision: Decision) -> None:
        """Count one decision of the engine."""
        self._decisions.labels(decision.verdict.value).inc()
        for rule in decision.rules:
            self._rules.labels(rule, decision.verdict.value).inc()

    def exposition(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        reads, self._reads = self._reads, Counts()
        for (method, route, status), number in reads.items():
            self._requests.labels(method, route, str(status)).inc(number)
        return generate_latest(self._registry)

    def watching(self, house: House) -> House:
        """Return the house with its judge counted, whichever page or call a text comes by."""
        return replace(
            house,
            post=replace(house.post, judge=self._counted(house.post.judge)),
            edit=replace(house.edit, judge=self._counted(house.edit.judge)),
        )

    def _counted(self, judge: Judge) -> Callable[[str, Facts], Decision]:
        def judge_and_count(text: str, facts: Facts) -> Decision:
            decision = judge(text, facts)
            self.decided(decision)
            return decision

        return judge_and_count
