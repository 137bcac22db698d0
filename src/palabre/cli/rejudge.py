"""``palabre rejudge``: stored comments under the present rules, models and learned layer."""

import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from palabre.application.learn_site import LayersInUse
from palabre.application.rejudge import STATUSES, Again, Asked, Outcome, Rejudge
from palabre.application.traces import Remember
from palabre.cli.configuration import read_settings
from palabre.cli.progress import shown
from palabre.cli.rulefile import rules_option, wanted_rules
from palabre.domain.comment import Status
from palabre.domain.decision import Verdict
from palabre.domain.errors import Code, Refusal
from palabre.moderation.engine import Depth
from palabre.settings import secret_key
from palabre.wiring_parts import Parts, build_parts, open_models, watchful

_SAID: Final = {
    Outcome.BY_HAND: "stay as a moderator decided, the judge would say otherwise",
    Outcome.CIRCUMSTANCES: "stay: the decision rested on how they came, which is not seen again",
    Outcome.NOT_CHECKED: "stay: a part of the judge failed",
    Outcome.BUSY: "stay: being read, at the legal desk, or changed meanwhile",
}
_EXCERPT: Final = 60


@click.command()
@click.option("--site", "sites", multiple=True, help="Only this site's; may be repeated.")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), help="Only what was posted since (UTC)."
)
@click.option(
    "--status",
    "statuses",
    multiple=True,
    type=click.Choice([status.value for status in STATUSES]),
    help="Only what stands so now; may be repeated.",
)
@rules_option
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--words", is_flag=True, help="Show the beginning of each comment that changes.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON in place of tables.")
@click.pass_obj
def rejudge(
    config: Path | None,
    sites: tuple[str, ...],
    since: datetime | None,
    statuses: tuple[str, ...],
    rules: Path | None,
    *,
    dry_run: bool,
    words: bool,
    as_json: bool,
) -> None:
    """Judge stored comments again; a moderator's decision stands.

    Without --dry-run each change becomes a new decision, and its author is told as ever.
    """
    settings, path = read_settings(config)
    parts = build_parts(settings, path.parent)
    asked = Asked(
        sites=sites,
        statuses=tuple(Status(s) for s in statuses) or STATUSES,
        since=since.replace(tzinfo=UTC) if since else None,
    )
    try:
        _require(parts, sites)
        open_models(parts)
        if rules is not None:
            book = wanted_rules(config, rules, parts.shelf)
            parts = replace(parts, rules=book, judge=watchful(book, Depth(settings.judge.depth)))
        case = Rejudge(
            store=parts.store,
            judge=parts.judge,
            clock=parts.clock,
            remember=Remember(secret=secret_key(settings, parts.folder)),
            layer_of=LayersInUse(parts.store, parts.clock),
        )
        told = _Told(words=words)
        total = case.count(asked)
        with shown({"judging": f"Judging {total} comments again"}) as tell:
            for number, again in enumerate(case.look(asked), 1):
                tell("judging", number, total)
                told.add(again, again.outcome if dry_run else case.apply(again))
    finally:
        parts.store.close()
    click.echo(told.as_json(dry_run=dry_run) if as_json else told.as_text(dry_run=dry_run))
    if told.outcomes[Outcome.NOT_CHECKED] or (not dry_run and told.outcomes[Outcome.BUSY]):
        raise click.exceptions.Exit(1)


def _require(parts: Parts, sites: tuple[str, ...]) -> None:
    with parts.store.reading() as unit:
        for site in sites:
            if unit.sites.get(site) is None:
                raise Refusal(Code.UNKNOWN_SITE, site=site)


class _Told:
    """Counts what came of each comment, and keeps what there is to say of those that change."""

    def __init__(self, *, words: bool) -> None:
        self._words = words
        self.outcomes: Counter[Outcome] = Counter()
        self._moves: Counter[tuple[Verdict, Verdict]] = Counter()
        self._by_hand: Counter[tuple[Verdict, Verdict]] = Counter()
        self._changes: list[dict[str, object]] = []

    def add(self, again: Again, outcome: Outcome) -> None:
        """Take one comment."""
        self.outcomes[outcome] += 1
        before, after = again.before, again.decision
        move = (before.verdict, after.verdict)
        if outcome is Outcome.BY_HAND:
            self._by_hand[move] += 1
        if outcome is not Outcome.CHANGED:
            return
        self._moves[move] += 1
        article, body = again.item.thread.article, again.item.stored.body
        line: dict[str, object] = {
            "id": again.item.stored.comment.id,
            "site": article.site_id,
            "url": article.url,
            "before": {"verdict": before.verdict.value, "rules": list(before.rules)},
            "after": {
                "verdict": after.verdict.value,
                "rules": list(after.rules),
                "scores": {k: v for k, v in after.scores.items() if v},
            },
        }
        if self._words and body is not None:
            line["text"] = " ".join(body.text.split())[:_EXCERPT]
        self._changes.append(line)

    def as_json(self, *, dry_run: bool) -> str:
        """Return all of it as one JSON object."""
        told = {
            "dry_run": dry_run,
            "judged": self.outcomes.total(),
            "outcomes": {outcome.value: self.outcomes[outcome] for outcome in Outcome},
            "moves": _named(self._moves),
            "by_hand": _named(self._by_hand),
            "changes": self._changes,
        }
        return json.dumps(told, ensure_ascii=False, indent=2)

    def as_text(self, *, dry_run: bool) -> str:
        """Return tables for a terminal."""
        rows = [
            f"{line['id']}  {_short(line['before'])} -> {_short(line['after'])}"
            f"  {line.get('text', '')}".rstrip()
            for line in self._changes
        ]
        if rows:
            rows.append("")
        head = "".join(f"{verdict.value:>10}" for verdict in Verdict)
        rows.append(f"{'before / after':<16}{head}")
        for before in Verdict:
            cells = "".join(f"{self._moves[before, after]:>10}" for after in Verdict)
            rows.append(f"{before.value:<16}{cells}")
        rows.append("")
        changed = "would change" if dry_run else "changed"
        rows.append(f"{self.outcomes.total()} judged, {self.outcomes[Outcome.CHANGED]} {changed}")
        rows += [f"{self.outcomes[o]} {said}" for o, said in _SAID.items() if self.outcomes[o]]
        return "\n".join(rows)


def _named(moves: Counter[tuple[Verdict, Verdict]]) -> dict[str, int]:
    return {f"{a.value}->{b.value}": n for (a, b), n in sorted(moves.items())}


def _short(side: object) -> str:
    told = side if isinstance(side, dict) else {}
    rules = ", ".join(told.get("rules", ()))
    return f"{told.get('verdict')}{f' ({rules})' if rules else ''}"
