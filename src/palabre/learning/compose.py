"""``python -m palabre.learning.compose``: check the project's own patterns, show their texts."""

import json
import random
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Final

import click

from palabre.learning.expansion import ATTACKS, Row, expand
from palabre.learning.parts import LABELS, PartsError, Pattern, read_groups, read_language, slots

FAR_FROM_EVEN: Final = 2.5
FEW: Final = 20


def compose(folder: Path) -> list[Row]:
    """Return all rows of ``texts/patterns/<lang>``; raise ``PartsError`` where a part is wrong."""
    groups = read_groups(folder.parent)
    patterns = read_language(folder)
    for pattern in patterns:
        _known_groups(pattern, set(groups))
    return list(expand(patterns, groups))


def _known_groups(pattern: Pattern, known: set[str]) -> None:
    if not known:
        return
    used = {pattern.group} if pattern.group else set()
    for text in pattern.texts:
        for name, _, _ in slots(text):
            used |= {entry["group"] for entry in pattern.lists[name] if "group" in entry}
    for group in sorted(used - known):
        raise PartsError(
            f"{pattern.file}: pattern {pattern.id}: unknown group '{group}'. "
            f"Known (groups.toml): {', '.join(sorted(known))}."
        )


def attacks(row: Row) -> bool:
    """Say whether a row is hate, insult or threat."""
    return any(row.labels[label] == 1 for label in ATTACKS)


def warnings(rows: list[Row]) -> list[str]:
    """Return what is not wrong but weak: balance, hate without a group, few expansions."""
    out = []
    if rows:
        share = sum(map(attacks, rows)) / len(rows)
        if not 0.35 <= share <= 0.55:  # noqa: PLR2004 - the brief asks for about 45 %
            out.append(f"{share:.0%} of the rows are hate, insult or threat: aim at 45 %")
    bare = sorted({row.pattern for row in rows if row.labels["hate"] == 1 and row.group is None})
    if bare:
        out.append(f"hate without a group (racism and antisemitism stay 0): {', '.join(bare)}")
    for group in sorted({row.group for row in rows if row.group}):
        hateful = sum(1 for row in rows if row.group == group and attacks(row))
        harmless = sum(1 for row in rows if row.group == group and not attacks(row))
        if hateful + harmless >= FEW and not (
            1 / FAR_FROM_EVEN <= (hateful + 1) / (harmless + 1) <= FAR_FROM_EVEN
        ):
            out.append(
                f"group {group}: {hateful} positive beside {harmless} negative rows: even them out"
            )
    return out


def report(rows: list[Row], name: str) -> str:
    """Return counts per label, kind and group as text."""
    if not rows:
        return f"{name}: no rows"
    lines = [f"{name}: {len(rows)} rows, {len({row.pattern for row in rows})} patterns"]
    lines.append("  label: 1 / 0 / ?")
    for label in LABELS:
        found = Counter(row.labels[label] for row in rows)
        lines.append(f"    {label:13}{found[1]:6} {found[0]:6} {found[None]:6}")
    for title, key in (("kind", "kind"), ("group", "group"), ("topic", "topic")):
        lines.append(f"  {title}: positive / negative (hate, insult or threat)")
        both = Counter((str(getattr(row, key)), attacks(row)) for row in rows)
        lines += [
            f"    {value:32}{both[value, True]:6} {both[value, False]:6}"
            for value in sorted({value for value, _ in both})
        ]
    lines += [f"  weak: {warning}" for warning in warnings(rows)]
    return "\n".join(lines)


def line(row: Row) -> str:
    """Return a row as one line for reading."""
    found = [
        label + ("?" if row.labels[label] is None else "")
        for label in LABELS
        if row.labels[label] != 0
    ]
    return f"{'+'.join(found) or '-':40} {row.pattern:24} {row.group or '-':12} {row.text}"


@click.command()
@click.argument("folders", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--check", is_flag=True, help="Validate and count (the default).")
@click.option("--sample", type=int, default=0, help="Show this many random expansions.")
@click.option("--seed", type=int, default=1, show_default=True, help="For --sample.")
@click.option("--heldback", is_flag=True, help="For --sample: from the held-back patterns.")
@click.option("--write", type=click.Path(path_type=Path), help="Write all rows as JSON Lines.")
def main(
    folders: tuple[Path, ...], *, check: bool, sample: int, seed: int, heldback: bool,
    write: Path | None,
) -> None:  # fmt: skip
    """Expand texts/patterns/LANG folders."""
    del check  # always: nothing is shown of what is wrong
    rows: list[Row] = []
    for folder in folders:
        try:
            found = compose(folder)
        except PartsError as error:
            click.echo(str(error), err=True)
            sys.exit(1)
        rows += found
        if not sample:
            click.echo(
                report([row for row in found if not row.heldback], f"{folder.name}, to learn")
            )
            click.echo(report([row for row in found if row.heldback], f"{folder.name}, held back"))
    if sample:
        pool = [row for row in rows if row.heldback == heldback]
        chance = random.Random(seed)  # noqa: S311 - not for secrets
        for row in chance.sample(pool, min(sample, len(pool))):
            click.echo(line(row))
    if write:
        with write.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in rows)


if __name__ == "__main__":
    main()
