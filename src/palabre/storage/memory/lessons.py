"""Learned layers and traces, in memory."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from palabre.application.lesson_ports import KeptLayer, LayerUse, Taught
from palabre.application.trace_ports import Mark, Trace
from palabre.domain.decision import ActorKind, Verdict
from palabre.storage.memory.comments import stored_of
from palabre.storage.memory.state import State


class MemoryLessons:
    """A site's learned layers."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._layers = state.layers
        self._uses = state.layer_uses

    def taught(self, site_id: str, verdict: Verdict, *, limit: int) -> Sequence[Taught]:
        """Return comments of which a moderator's verdict stands, the latest decided first."""
        stand = {record.comment_id: record for record in self._state.records.values()}
        found: list[Taught] = []
        for record in reversed(list(self._state.records.values())):
            row = self._state.comments[record.comment_id]
            if (
                stand[record.comment_id] is record
                and record.actor.kind is ActorKind.MODERATOR
                and record.decision.verdict is verdict
                and row.comment.status is verdict.status
                and (body := stored_of(row).body) is not None
                and self._state.threads[row.comment.thread_id].article.site_id == site_id
            ):
                rules = record.decision.rules
                found.append(Taught(comment_id=record.comment_id, text=body.text, rules=rules))
        return found[:limit]

    def add(self, layer: KeptLayer) -> None:
        """Store a layer."""
        self._layers[layer.site_id, layer.number] = layer

    def layer(self, site_id: str, number: int) -> KeptLayer | None:
        """Return a layer by number."""
        return self._layers.get((site_id, number))

    def layers(self, site_id: str, *, limit: int) -> Sequence[KeptLayer]:
        """Return a site's layers, newest first."""
        mine = [layer for layer in self._layers.values() if layer.site_id == site_id]
        return sorted(mine, key=lambda layer: -layer.number)[:limit]

    def use(self, use: LayerUse) -> None:
        """Let a site be judged with a layer."""
        self._uses[max(self._uses, default=0) + 1] = use

    def in_use(self, site_id: str) -> LayerUse | None:
        """Return what a site is judged with."""
        return next(iter(self.uses(site_id, limit=1)), None)

    def uses(self, site_id: str, *, limit: int) -> Sequence[LayerUse]:
        """Return which layers were in use, newest first."""
        return [use for use in self._uses.values() if use.site_id == site_id][::-1][:limit]


class MemoryTraces:
    """What is known by fingerprint, mail address and host of links."""

    def __init__(self, state: State) -> None:
        self._traces = state.traces

    def of(self, keys: Sequence[str]) -> Mapping[str, Trace]:
        """Return what is known under each key."""
        return {key: self._traces[key][0] for key in keys if key in self._traces}

    def forget(self, keys: Sequence[str]) -> None:
        """Forget what is known under the keys."""
        for key in keys:
            self._traces.pop(key, None)

    def add(self, marks: Sequence[Mark], at: datetime) -> None:
        """Add to what is known."""
        for mark in marks:
            known, _ = self._traces.get(mark.key, (Trace(home=mark.site_id), at))
            away = mark.seen if known.home != mark.site_id else 0.0
            self._traces[mark.key] = (
                replace(
                    known,
                    seen=known.seen + mark.seen,
                    elsewhere=known.elsewhere + away,
                    good=known.good + mark.good,
                    bad=known.bad + mark.bad,
                ),
                at,
            )
