"""``palabre rules``: check a rules file, try a text against it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from palabre.cli.by_example import by_example
from palabre.cli.rulefile import rules_file, rules_option, wanted_rules
from palabre.moderation.engine import judge
from palabre.moderation.explain import Audience, explain
from palabre.moderation.facts import Facts
from palabre.moderation.rule import OTHER, Rule, Trust
from palabre.rendering.catalogue import load_catalogues


@click.group()
def rules() -> None:
    """Check the house rules, or try a text against them."""


@rules.command()
@click.argument(
    "file", type=click.Path(path_type=Path, dir_okay=False, exists=True), required=False
)
@click.option("--lang", default="fr", show_default=True, help="Language of the sentences shown.")
@click.pass_obj
def check(config: Path | None, file: Path | None, lang: str) -> None:
    """Check the rules FILE and show the rules that are then in force."""
    book = wanted_rules(config, file)
    shown = rules_file(config, file) or "shipped rules"
    click.echo(f"{shown}: {len(book.rules)} rules, version {book.version}\n")
    for rule in book.rules:
        click.echo(f"{rule.id:<16} {_thresholds(rule)}")
        click.echo(f"{'':<16} {rule.sentence(lang)}")
        for line in by_example(rule, book):
            click.echo(f"{'':<16} {line}")
    click.echo(f"\n{book.sentence(lang)}")


@rules.command("try")
@click.argument("text")
@rules_option
@click.option("--lang", default="fr", show_default=True, help="Language of page and explanation.")
@click.pass_obj
def try_text(config: Path | None, text: str, rules: Path | None, lang: str) -> None:
    """Judge TEXT and explain the verdict in words."""
    book = wanted_rules(config, rules)
    decision = judge(text, Facts(lang=lang), book)
    catalogues = load_catalogues()
    catalogue = catalogues.get(lang) or catalogues["en"]
    click.secho(decision.verdict.value, bold=True)
    click.echo(explain(decision, book, catalogue, text, Audience.MODERATOR))
    for found in decision.evidence:
        passages = ", ".join(f"{s.begin}-{s.end} {text[s.begin : s.end]!r}" for s in found.spans)
        click.echo(f"  {found.symbol} {found.score:.3f} ({found.detector}) {passages}".rstrip())


def _thresholds(rule: Rule) -> str:
    hold = f"hold from {rule.hold:g}" if rule.hold is not None else "never holds"
    may_refuse = rule.may_refuse and rule.refuse is not None
    said = f"{hold}, " + (f"refuse from {rule.refuse:g}" if may_refuse else "never refuses")
    return said + (f"; the models {_trusted(rule.trust)}" if rule.trust else "")


def _trusted(trust: Trust) -> str:
    """Return what the models may do under a rule: thresholds, by language where they differ."""
    told = [
        f"{verb} from " + ", ".join(_by_language(figures))
        for verb, figures in (("hold", trust.hold), ("refuse", trust.refuse))
        if figures
    ]
    return " and ".join(told) or "do nothing"


def _by_language(figures: Mapping[str, float]) -> Iterator[str]:
    for lang, figure in figures.items():
        where = "" if lang == OTHER and len(figures) == 1 else f" ({lang})"
        yield (f"{figure:g}" if figure <= 1 else "never") + where
