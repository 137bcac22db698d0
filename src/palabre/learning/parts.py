"""Read the project's own patterns (``texts/patterns``): lists of words, sentence patterns, groups.

A fault is a ``PartsError`` that names file, pattern and remedy.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

LABELS: Final = (
    "toxicity", "insult", "hate", "antisemitism", "racism", "threat", "profanity", "sexual",
)  # fmt: skip
PATTERN_KEYS: Final = frozenset({"id", "kind", "yes", "unsure", "group", "times", "text"})
DEFAULT_TIMES: Final = 8
SLOT: Final = re.compile(r"\{([^{}]*)\}")
SLOT_NAME: Final = re.compile(r"(?P<list>\w+)(?:#(?P<which>\d+))?(?:\.(?P<form>\w+))?")
CHOICE: Final = re.compile(r"\[([^\[\]]*)\]")

Entry = dict[str, str]
"""Forms of a word; a plain string has the single form ``""``. ``group``: whom it is about."""


class PartsError(ValueError):
    """A pattern or list is wrong; the message says where and what to do."""


@dataclass(frozen=True, slots=True)
class Group:
    """Whom a text is about. ``racism`` None: hate against it may or may not be racism."""

    key: str
    antisemitism: bool
    racism: bool | None


@dataclass(frozen=True, slots=True)
class Pattern:
    """One ``[[pattern]]`` with the lists that its slots may use."""

    id: str
    lang: str
    topic: str
    file: Path
    heldback: bool
    kind: str
    yes: frozenset[str]
    unsure: frozenset[str]
    group: str | None
    times: int
    texts: tuple[str, ...]
    lists: dict[str, list[Entry]]


def read_groups(folder: Path) -> dict[str, Group]:
    """Return the groups of ``groups.toml`` in the folder of patterns; none where it is missing."""
    path = folder / "groups.toml"
    if not path.is_file():
        return {}
    unclear = {"jews", "muslims"}  # an origin or a religion: cannot be told from a sentence
    return {
        key: Group(
            key,
            antisemitism=bool(value.get("antisemitism", key == "jews")),
            racism=None if key in unclear else bool(value.get("racism", False)),
        )
        for key, value in _toml(path).items()
        if isinstance(value, dict)
    }


def read_language(folder: Path) -> list[Pattern]:
    """Return all patterns of ``texts/patterns/<lang>``, held-back ones marked, in file order."""
    shared = _lists(_toml(folder / "lists.toml"), folder / "lists.toml")
    out: list[Pattern] = []
    seen: dict[str, Path] = {}
    for path in sorted(folder.glob("*.toml")) + sorted((folder / "heldback").glob("*.toml")):
        if path.name == "lists.toml":
            if path.parent.name == "heldback":
                shared = shared | _lists(_toml(path), path)
            continue
        out.extend(_file(path, folder.name, shared, seen))
    return out


def slots(text: str) -> list[tuple[str, str, str]]:
    """Return (list, which, form) of each slot of a text; ``which`` and ``form`` may be empty."""
    out = []
    for inside in SLOT.findall(text):
        match = SLOT_NAME.fullmatch(inside)
        if match is None:
            raise PartsError(
                f"'{{{inside}}}' is no slot: write {{list}}, {{list.form}} or {{list#2.form}}"
            )
        out.append((match["list"], match["which"] or "", match["form"] or ""))
    return out


def _file(
    path: Path, lang: str, shared: dict[str, list[Entry]], seen: dict[str, Path]
) -> list[Pattern]:
    raw = _toml(path)
    if not isinstance(raw.get("topic"), str):
        raise PartsError(f'{path}: no topic. Add topic = "..." as the first line.')
    for key in set(raw) - {"topic", "lists", "pattern"}:
        raise PartsError(f"{path}: unknown key '{key}'. Known: topic, [lists], [[pattern]].")
    lists = shared | _lists(raw.get("lists", {}), path)
    return [_pattern(one, path, lang, raw["topic"], lists, seen) for one in raw.get("pattern", [])]


def _pattern(
    raw: dict[str, Any], path: Path, lang: str, topic: str, lists: dict[str, list[Entry]],
    seen: dict[str, Path],
) -> Pattern:  # fmt: skip
    name = raw.get("id")
    where = f"{path}: pattern {name or '(without id)'}"
    if not isinstance(name, str):
        raise PartsError(f'{where}: every pattern needs id = "{lang}-topic-001".')
    if name in seen:
        raise PartsError(
            f"{where}: the id is used already in {seen[name]}. Give it a number of its own."
        )
    seen[name] = path
    for key in set(raw) - PATTERN_KEYS:
        raise PartsError(f"{where}: unknown key '{key}'. Known: {', '.join(sorted(PATTERN_KEYS))}.")
    if not isinstance(raw.get("kind"), str):
        raise PartsError(f'{where}: no kind. Add kind = "...".')
    texts = [raw["text"]] if isinstance(raw.get("text"), str) else raw.get("text")
    if (
        not isinstance(texts, list)
        or not texts
        or not all(isinstance(t, str) and t.strip() for t in texts)
    ):
        raise PartsError(f"{where}: text must be a list of sentences.")
    yes, unsure = frozenset(raw.get("yes", ())), frozenset(raw.get("unsure", ()))
    for label in sorted((yes | unsure) - set(LABELS)):
        raise PartsError(f"{where}: unknown label '{label}'. Known: {', '.join(LABELS)}.")
    for label in sorted(yes & unsure):
        raise PartsError(f"{where}: '{label}' is both in yes and in unsure. Keep one.")
    times = raw.get("times", DEFAULT_TIMES)
    if not isinstance(times, int) or not 1 <= times <= 200:  # noqa: PLR2004 - a slip, not a wish
        raise PartsError(f"{where}: times must be a whole number from 1 to 200, not {times!r}.")
    pattern = Pattern(
        name, lang, topic, path, path.parent.name == "heldback", raw["kind"], yes, unsure,
        raw.get("group"), times, tuple(texts), lists,
    )  # fmt: skip
    for text in texts:
        _check_text(pattern, text, where)
    return pattern


def _check_text(pattern: Pattern, text: str, where: str) -> None:
    bare = text
    while CHOICE.search(bare):
        bare = CHOICE.sub("", bare)
    if "[" in bare or "]" in bare:
        raise PartsError(f"{where}: a '[' or ']' without its partner in \"{text}\".")
    if "{" in SLOT.sub("", text) or "}" in SLOT.sub("", text):
        raise PartsError(f"{where}: a '{{' or '}}' without its partner in \"{text}\".")
    try:
        found = slots(text)
    except PartsError as error:
        raise PartsError(f'{where}: {error} In "{text}".') from error
    for name, _, form in found:
        if name not in pattern.lists:
            known = ", ".join(sorted(pattern.lists))
            raise PartsError(
                f"{where}: no list '{name}'. Add it to [lists] or lists.toml. Known: {known}."
            )
        for entry in pattern.lists[name]:
            if form not in entry:
                forms = ", ".join(k for k in entry if k and k != "group") or "none: write {list}"
                raise PartsError(
                    f"{where}: list '{name}' has an entry {entry} without the form '{form}' "
                    f"(it has {forms}). Add the form to the entry or use another."
                )


def _lists(raw: dict[str, Any], path: Path) -> dict[str, list[Entry]]:
    out: dict[str, list[Entry]] = {}
    for name, values in raw.items():
        if not isinstance(values, list) or not values:
            raise PartsError(f"{path}: list '{name}' must be an array with entries.")
        if not re.fullmatch(r"\w+", name):
            raise PartsError(f"{path}: list '{name}': use letters, digits and _ only in its name.")
        out[name] = [_entry(value, name, path) for value in values]
    return out


def _entry(value: object, name: str, path: Path) -> Entry:
    if isinstance(value, str):
        return {"": value}
    if isinstance(value, dict) and all(isinstance(form, str) for form in value.values()):
        return dict(value)
    raise PartsError(f"{path}: list '{name}': {value!r} must be a string or a table of strings.")


def _toml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise PartsError(f"{path}: not there. Write it, or name another folder.")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PartsError(f"{path}: not valid TOML: {error}.") from error
