"""Detectors: one file each, each answers "what did I see, where, how strongly", and nothing more.

A detector never decides: which symbols a rule watches and what follows is the house's matter
(``rulebook.py``, ``policy.py``). The registry is a value, so that a test or another build can make
its own.
"""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from palabre.domain.decision import Evidence
from palabre.moderation.facts import Facts
from palabre.moderation.material import Material
from palabre.moderation.prepared import Prepared


class Detector(Protocol):
    """What looks at a text."""

    @property
    def name(self) -> str:
        """The name that decisions keep."""
        ...

    @property
    def version(self) -> str:
        """Changes whenever the same text could be seen differently."""
        ...

    def examine(self, text: Prepared, facts: Facts) -> tuple[Evidence, ...]:
        """Return what was seen; raise when it could not be looked at."""
        ...


@runtime_checkable
class TrainedDetector(Detector, Protocol):
    """One that asks a trained model, however small: left out at the depth of rules."""

    @property
    def trained(self) -> bool:
        """True; having it is what counts."""
        ...


@runtime_checkable
class DeepDetector(Detector, Protocol):
    """One that costs milliseconds: left out or put off at shallow depths (``engine.Depth``)."""

    def settle(self, text: Prepared, facts: Facts) -> tuple[Evidence, ...] | None:
        """Return cheap evidence that makes a closer look superfluous; None in doubt."""
        ...

    def locate(
        self, text: Prepared, facts: Facts, found: tuple[Evidence, ...]
    ) -> tuple[Evidence, ...]:
        """Return ``found``, this detector's own evidence, with the passages that it rests on.

        Asked only of what decides a verdict. When it fails, the evidence stands without passages.
        """
        ...


Factory = Callable[[Material], Detector]


class Registry:
    """Detectors by name, in the order in which they run, with the symbols each can give.

    ``own`` is the ending of symbols that a detector gives per rule ("_word": "insult_word").
    """

    def __init__(self) -> None:
        self._factories: dict[str, Factory] = {}
        self._symbols: dict[str, str] = {}
        self._endings: dict[str, str] = {}

    def register(
        self, name: str, factory: Factory, *, symbols: tuple[str, ...] = (), own: str = ""
    ) -> None:
        """Add a detector; refuse a name or a symbol that is taken."""
        if name in self._factories:
            raise ValueError(f"two detectors are called {name!r}: give one another name")
        for symbol in symbols:
            if symbol in self._symbols:
                taken = self._symbols[symbol]
                raise ValueError(f"{name!r} and {taken!r} both give {symbol!r}: rename one")
        self._factories[name] = factory
        self._symbols.update(dict.fromkeys(symbols, name))
        if own:
            self._endings[own] = name

    def __iter__(self) -> Iterator[str]:
        return iter(self._factories)

    @property
    def symbols(self) -> Mapping[str, str]:
        """Symbol -> name of the detector that gives it."""
        return MappingProxyType(self._symbols)

    def giver(self, symbol: str) -> str | None:
        """Return the name of the detector that gives ``symbol``, None when none does."""
        if symbol in self._symbols:
            return self._symbols[symbol]
        return next((n for ending, n in self._endings.items() if symbol.endswith(ending)), None)

    def build(self, name: str, material: Material) -> Detector:
        """Return the detector ``name``, compiled for these rules; refuse an unknown name."""
        if name not in self._factories:
            known = ", ".join(self._factories)
            raise ValueError(f"no detector is called {name!r}; there are: {known}")
        return self._factories[name](material)


def shipped() -> Registry:
    """Return a registry of the detectors that come with Palabre."""
    from palabre.moderation.detectors import (  # noqa: PLC0415 -- they import this file's Protocol
        accusation,
        classifier,
        examples,
        learned,
        links,
        pattern,
        personal,
        repetition,
        sender,
        spamtext,
        wordlist,
    )

    registry = Registry()
    registry.register("wordlist", wordlist.WordList, own="_word")
    registry.register("pattern", pattern.HousePatterns, own="_phrase")
    registry.register("links", links.Links, symbols=links.SYMBOLS)
    registry.register("repetition", repetition.Repetition, symbols=repetition.SYMBOLS)
    registry.register("spamtext", spamtext.SpamText, symbols=spamtext.SYMBOLS)
    registry.register("sender", sender.Sender, symbols=sender.SYMBOLS)
    registry.register("learned", learned.Learned, own=learned.ENDING)
    registry.register("personal", personal.PersonalData, symbols=personal.SYMBOLS)
    registry.register("accusation", accusation.Accusation, symbols=accusation.SYMBOLS)
    registry.register("classifier", classifier.Classifier, symbols=classifier.SYMBOLS)
    registry.register("examples", examples.ByExample, own=examples.ENDING)
    return registry
