"""A site learns from its moderators: numbered layers, compared before they are used, taken back.

What teaches: decisions at the desk, and what keys with the moderator's role said of texts. What
readers report and what other keys submit brings comments before moderators and teaches nothing by
itself: so no flood of false reports can move a verdict. A new layer takes over only where it is no
worse than the present one on decisions that neither had learned. What was taken back is unlearned:
the next layer is made without it.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from palabre.application.lesson_ports import KeptLayer, LayerUse
from palabre.application.ports import Clock, Store, UnitOfWork
from palabre.domain.decision import Verdict
from palabre.domain.errors import Code, Refusal
from palabre.moderation.facts import SiteLayer
from palabre.moderation.normalise import fold
from palabre.moderation.sitelayer import WELCOME, Decided, Layer, Trial, learn, unpacked

ENGINE: Final = "engine"
AT_MOST: Final = 2_000  # decisions, the newest; beyond, learning takes longer than it brings
_EACH: Final = AT_MOST // 2  # of what was refused, and of what was let through
_SHARE: Final = 20  # one new decision among so many is not worth another layer by itself
_EVEN: Final = 0.5
_ALARMS: Final = 0.001  # of ordinary comments, at most
SPAM: Final = "spam"


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """What came of it: ``taken`` tells whether the layer took over, ``report`` why."""

    number: int
    taken: bool
    report: dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnSite:
    """The use case. ``ordinary`` gives comments that are not to be held."""

    store: Store
    clock: Clock
    ordinary: Callable[[], Sequence[str]]

    def everywhere(self, *, least_new: int) -> Iterator[tuple[str, Learned | None]]:
        """Learn in each site; the more a site has decided, the more of it must be new."""
        with self.store.reading() as unit:
            site_ids = [site.id for site in unit.sites.all()]
        for site_id in site_ids:
            yield site_id, self(site_id, least_new=least_new, by_share=True)

    def __call__(
        self, site_id: str, *, least_new: int = 1, by_share: bool = False
    ) -> Learned | None:
        """Learn anew; None where too little was decided, or taken back, since the last time."""
        with self.store.reading() as unit:
            if unit.sites.get(site_id) is None:
                raise Refusal(Code.UNKNOWN_SITE, field="site", site=site_id)
            decided = list(decisions(unit, site_id))
            latest = next(iter(unit.lessons.layers(site_id, limit=1)), None)
            use = unit.lessons.in_use(site_id)
            present = _layer(unit, site_id, use.number) if use else None
        seen = set(json.loads(latest.report).get("learned", ())) if latest else set()
        said = {_said(d) for d in decided}
        fresh = [d for d in decided if _said(d) not in seen]
        gone = len(seen - said)
        wanted = max(least_new, len(decided) // _SHARE if by_share else 0)
        if len(fresh) + gone < wanted or not (decided or gone):
            return None
        number = latest.number + 1 if latest else 1
        layer, trial = learn(site_id, number, decided, self.ordinary())
        report = compared(present, trial, fresh, nothing_left=not trial.scores and gone > 0)
        report |= {"learned": sorted(said), "taken_back": gone}
        now = self.clock()
        taken = bool(report["better"])
        with self.store.writing() as unit:
            if unit.lessons.layer(site_id, number) is not None:
                return None  # somebody else was learning, too
            unit.lessons.add(
                KeptLayer(
                    site_id=site_id,
                    number=number,
                    made_at=now,
                    decisions=len(decided),
                    report=json.dumps(report, sort_keys=True),
                    packed=layer.packed(),
                )
            )
            if taken:
                unit.lessons.use(LayerUse(site_id=site_id, number=number, at=now, by=ENGINE))
        return Learned(number=number, taken=taken, report=report)

    def use(self, site_id: str, number: int, by: str) -> None:
        """Judge with another layer from now on, 0 with none; an unknown number is refused."""
        with self.store.writing() as unit:
            if number and unit.lessons.layer(site_id, number) is None:
                raise Refusal(Code.BAD_FIELD, field="number", number=number)
            unit.lessons.use(LayerUse(site_id=site_id, number=number, at=self.clock(), by=by))


def decisions(unit: UnitOfWork, site_id: str) -> Iterator[Decided]:
    """Yield the texts on which moderators, or keys with their role, decided."""
    for verdict in (Verdict.REFUSE, Verdict.PUBLISH):
        for one in unit.lessons.taught(site_id, verdict, limit=_EACH):
            refused = verdict is Verdict.REFUSE
            if one.rules or not refused:
                yield Decided(one.comment_id, one.text, one.rules[0] if refused else None)
    for example in unit.labels.standing(site_id, after=None, limit=AT_MOST):
        said = example.labels.get(SPAM)
        if example.by_moderator and said is not None:
            yield Decided(example.id, example.text, SPAM if said >= _EVEN else None)


def _said(decided: Decided) -> str:
    return f"{decided.id}:{decided.rule or WELCOME}"


def compared(
    present: Layer | None,
    trial: Trial,
    fresh: Sequence[Decided],
    *,
    nothing_left: bool = False,
) -> dict[str, object]:
    """Compare on decisions that neither layer had learned: the new one by leaving each out.

    A decision counts as missed where the layer would not have held what was refused under a rule
    that it knows, as wrong where it would have held what was let through. ``nothing_left``: what
    the present layer rests on was taken back, so that one which says nothing may take over.
    """
    new = {"missed": 0, "wrong": 0}
    old = {"missed": 0, "wrong": 0}
    for one in fresh:
        said = {r: s[one.id] for r, s in trial.scores.items() if r != WELCOME}
        before = present.read(fold(one.text).text) if present is not None else {}
        for count, scores in ((new, said), (old, before)):
            if one.rule is None:
                count["wrong"] += any(score >= _EVEN for score in scores.values())
            else:
                count["missed"] += scores.get(one.rule, 0.0) < _EVEN
    alarms = {r: n for r, n in trial.alarms.items() if r != WELCOME}
    worst = max(alarms.values(), default=0)
    better = new["missed"] + new["wrong"] <= old["missed"] + old["wrong"]
    return {
        "new": new,
        "old": old,
        "on": len(fresh),
        "alarms": alarms,
        "ordinary": trial.ordinary,
        "better": better
        and worst <= _ALARMS * trial.ordinary + 1
        and (bool(trial.scores) or nothing_left),
    }


def _layer(unit: UnitOfWork, site_id: str, number: int) -> Layer | None:
    kept = unit.lessons.layer(site_id, number) if number else None
    return unpacked(site_id, number, kept.packed) if kept else None


class LayersInUse:
    """The layers that judge now, from memory; looked at again every ``_AGAIN`` seconds."""

    _AGAIN: Final = 15.0

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._known: dict[str, tuple[float, SiteLayer | None]] = {}

    def __call__(self, site_id: str) -> SiteLayer | None:
        """Return a site's layer; None: it is judged with what ships."""
        now = self._clock().timestamp()
        known = self._known.get(site_id)
        if known is not None and now - known[0] < self._AGAIN:
            return known[1]
        with self._store.reading() as unit:
            use = unit.lessons.in_use(site_id)
            layer: SiteLayer | None = known[1] if known is not None else None
            wanted = use.number if use is not None else 0
            if (layer.version if layer else f"{site_id}-0") != f"{site_id}-{wanted}":
                layer = _layer(unit, site_id, wanted)
        self._known[site_id] = (now, layer)
        return layer
