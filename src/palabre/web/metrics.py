"""Figures for Prometheus, in a registry of their own per application."""

from collections.abc import Callable
from dataclasses import replace

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

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
            "Time from the first byte of a request to the last of its answer.",
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
