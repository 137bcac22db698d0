"""One house rule, as the file states it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from palabre.domain.decision import Ground, GroundKind


def in_language(texts: Mapping[str, str], lang: str | None) -> str:
    """Return the text in ``lang`` (primary subtag), else in the file's first language, else ""."""
    if lang is not None and lang in texts:
        return texts[lang]
    return next(iter(texts.values()), "")


OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """How far a rule trusts the models: thresholds on a calibrated probability.

    ``symbol`` is what the models say of it. ``hold`` and ``refuse`` give the threshold by language,
    "other" for all that are not named; none: never. ``unless`` names rules that say the same more
    exactly: where one of them acts as well, this one does not act on the models' word.
    """

    symbol: str
    hold: Mapping[str, float] = field(default_factory=dict)
    refuse: Mapping[str, float] = field(default_factory=dict)
    unless: tuple[str, ...] = ()

    def holds(self, score: float, lang: str | None) -> bool:
        """Tell whether a score holds a text of this language."""
        return _reaches(self.hold, score, lang)

    def holds_from(self, lang: str | None) -> float | None:
        """Return from what score on a text of this language is held; None: never."""
        return self.hold.get(lang or OTHER, self.hold.get(OTHER))

    def refuses(self, score: float, lang: str | None) -> bool:
        """Tell whether a score refuses a text of this language."""
        return _reaches(self.refuse, score, lang)


def _reaches(thresholds: Mapping[str, float], score: float, lang: str | None) -> bool:
    threshold = thresholds.get(lang or OTHER, thresholds.get(OTHER))
    return threshold is not None and score >= threshold


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of the house.

    ``gravity`` orders rules, gravest first. ``watches`` says how much each symbol weighs. ``hold``
    and ``refuse`` are thresholds, None: the rule never does that. ``score`` names the one of
    ``SCORES`` that the rule feeds. ``label`` is an adjective ("raciste"), ``clause`` the end of
    "qui ..." for what no adjective says; ``says`` is the full sentence for readers. ``requires``
    names detectors without which the rule cannot be applied. ``trust`` is what the models may do.
    """

    id: str
    gravity: int
    says: Mapping[str, str]
    label: Mapping[str, str] = field(default_factory=dict)
    clause: Mapping[str, str] = field(default_factory=dict)
    watches: Mapping[str, float] = field(default_factory=dict)
    hold: float | None = None
    refuse: float | None = None
    trust: Trust | None = None
    may_refuse: bool = True
    score: str | None = None
    ground_kind: GroundKind = GroundKind.TERMS
    ground_reference: Mapping[str, str] = field(default_factory=dict)
    dsa_category: str | None = None
    dsa_keyword: str | None = None
    examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    counter_examples: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    requires: tuple[str, ...] = ()

    @property
    def enforced(self) -> bool:
        """Whether the rule can hold or refuse: only then is it printed under the form."""
        can_refuse = self.may_refuse and self.refuse is not None
        trusts = self.trust is not None and bool(self.trust.hold or self.trust.refuse)
        return self.hold is not None or can_refuse or trusts

    def sentence(self, lang: str | None) -> str:
        """Return the rule's sentence for readers."""
        return in_language(self.says, lang)

    def ground(self, lang: str | None) -> Ground:
        """Return what a decision under this rule rests on."""
        return Ground(
            kind=self.ground_kind,
            rule=self.id,
            reference=in_language(self.ground_reference, lang),
        )
