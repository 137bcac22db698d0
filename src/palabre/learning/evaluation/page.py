"""The report as one HTML page that loads nothing: to read, to print, to send."""

from collections.abc import Callable
from importlib import resources
from typing import Protocol

from babel import Locale
from babel.numbers import format_decimal, format_percent
from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup, escape

from palabre.domain.decision import SCORES
from palabre.learning.evaluation import plots
from palabre.learning.evaluation.intervals import TIMES, Figure
from palabre.learning.evaluation.report import Report

TEMPLATE = "report.html.jinja"
_NOTHING = "–"


class Words(Protocol):
    """The messages of one language (``rendering.catalogue.PoCatalogue``)."""

    @property
    def locale(self) -> Locale:
        """How numbers are written."""
        ...

    @property
    def lang(self) -> str:
        """The BCP 47 tag of the page."""
        ...

    def has(self, key: str) -> bool:
        """Tell whether there is a message."""
        ...

    def say(self, key: str, **values: object) -> str:
        """Return a message."""
        ...


class Writer:
    """Writes figures and names as one language does."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def say(self, key: str, **values: object) -> str:
        """Return a message of the report."""
        return self._words.say(f"evaluate.{key}", **values)

    def label(self, name: str) -> str:
        """Return a score's name in this language."""
        key = f"evaluate.score.{name}"
        return self._words.say(key) if self._words.has(key) else name

    def whole(self, value: float) -> str:
        """Return a whole number."""
        return format_decimal(round(value), locale=self._words.locale)

    def share(self, value: float | None) -> str:
        """Return a share in per cent, one decimal."""
        if value is None:
            return _NOTHING
        return format_percent(value, format="0.0 %", locale=self._words.locale)

    def number(self, value: float | None, pattern: str = "0.000") -> str:
        """Return a figure with fixed decimals."""
        if value is None:
            return _NOTHING
        return format_decimal(value, format=pattern, locale=self._words.locale)

    def tick(self, value: float) -> str:
        """Return a figure on an axis."""
        return self.number(value, "0.##")

    def figure(self, figure: Figure) -> Markup:
        """Return a figure with its interval."""
        return _with_interval(figure, self.number)

    def signed(self, figure: Figure) -> Markup:
        """Return a difference with its sign and interval."""
        return _with_interval(figure, lambda v: self.number(v, "+0.000;−0.000"))

    def percent(self, figure: Figure) -> Markup:
        """Return a share with its interval, in per cent."""
        return _with_interval(figure, self.share)


def _with_interval(figure: Figure, write: Callable[[float | None], str]) -> Markup:
    if figure.value is None:
        return escape(_NOTHING)
    shown = Markup("<b>{}</b>").format(write(figure.value))
    if figure.low is None or figure.high is None:
        return shown
    return shown + Markup(' <span class="i">{}\u202f…\u202f{}</span>').format(
        write(figure.low), write(figure.high)
    )


def page(report: Report, words: Words) -> str:
    """Return the report as HTML."""
    writer = Writer(words)
    environment = Environment(
        loader=DictLoader({TEMPLATE: _template()}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(TEMPLATE).render(
        report=report,
        w=writer,
        lang=words.lang,
        times=TIMES,
        names=[name for name in SCORES if name in report.first.scores],
        style=_drawn(plots.STYLE),
        plots={name: score_plots(report, name, writer) for name in report.first.scores},
        bars=[
            _drawn(plots.verdict_bar(system.shares, name=writer.say("verdicts.title")))
            for system in report.systems
        ],
    )


def score_plots(report: Report, name: str, writer: Writer) -> tuple[Markup, Markup]:
    """Return a score's reliability and precision-recall plots."""
    scores = [system.scores[name] for system in report.systems]
    calibration = plots.reliability(
        [score.bins for score in scores],
        name=writer.say("reliability.name", score=writer.label(name)),
        across=writer.say("reliability.across"),
        up=writer.say("reliability.up"),
        number=writer.tick,
    )
    ranking = plots.precision_recall(
        [score.curve for score in scores],
        name=writer.say("curve.name", score=writer.label(name)),
        across=writer.say("recall"),
        up=writer.say("precision"),
        number=writer.tick,
    )
    return _drawn(calibration), _drawn(ranking)


def _drawn(svg: str) -> Markup:
    return Markup(svg)  # noqa: S704 -- made by plots.py, which escapes every word it is given


def _template() -> str:
    folder = resources.files("palabre.learning.evaluation")
    return (folder / TEMPLATE).read_text(encoding="utf-8")
