"""One house rule, as the file states it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from palabre.domain.decision import Ground, GroundKind


def in_language(texts: Mapping[str, str], lang: str | None) -> str:
    """Return the text in ``lang`` (primary subtag), else in the file's first language, else ""."""
    if lang is not None and lang in texts:
        return texts[lang]
    return next(iter(texts.values()), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule of the house.

    ``gravity`` orders rules, gravest first. ``watches`` says how much each symbol weighs. ``hold``
    and ``refuse`` are thresholds, None: the rule never does that. ``score`` names the one of
    ``SCORES`` that the rule feeds. ``label`` is an adjective ("raciste"), ``clause`` the end of
    "qui ..." for what no adjective says; ``says`` is the full sentence for readers. ``requires``
    names detectors without which the rule cannot be applied.
    """

    id: str
    gravity: int
    says: Mapping[str, str]
    label: Mapping[str, str] = field(default_factory=dict)
    clause: Mapping[str, str] = field(default_factory=dict)
    watches: Mapping[str, float] = field(default_factory=dict)
    hold: float | None = None
    refuse: float | None = None
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
        return self.hold is not None or can_refuse

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
