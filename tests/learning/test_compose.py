"""Patterns become labelled texts, the same each time; a fault names file, pattern and remedy."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from palabre.learning.compose import compose, main
from palabre.learning.expansion import tidy
from palabre.learning.parts import PartsError

GROUPS = "[jews]\nantisemitism = true\n[roma]\nracism = true\n[women]\n"
LISTS = """
groupes = [{mp="juifs", group="jews"}, {mp="Roms", group="roma"}]
jours = ["lundis", "mardis", "jeudis"]
"""
GOOD = """
topic = "essai"
[lists]
lieux = ["ici", "en ville", "au village"]
[[pattern]]
id = "fr-essai-001"
kind = "dislike"
yes = ["hate"]
unsure = ["insult"]
times = 4
text = ["[Franchement|Bon], je hais les {groupes.mp} {lieux}."]
[[pattern]]
id = "fr-essai-002"
kind = "twin"
group = "women"
text = ["{jours} et {jours#2} {lieux}."]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "groups.toml").write_text(GROUPS)
    language = tmp_path / "fr"
    (language / "heldback").mkdir(parents=True)
    (language / "lists.toml").write_text(LISTS)
    (language / "essai.toml").write_text(GOOD)
    return language


def test_same_patterns_give_the_same_texts(folder: Path) -> None:
    rows = compose(folder)
    assert rows == compose(folder)
    assert len({row.text for row in rows}) == len(rows)
    assert sum(row.pattern == "fr-essai-001" for row in rows) == 4


def test_labels_follow_the_pattern_and_the_group(folder: Path) -> None:
    hate = {row.group: row.labels for row in compose(folder) if row.pattern == "fr-essai-001"}
    assert hate["jews"]["hate"] == hate["jews"]["toxicity"] == hate["jews"]["antisemitism"] == 1
    assert hate["jews"]["racism"] is None
    assert hate["roma"]["racism"] == 1
    assert hate["roma"]["antisemitism"] == 0
    assert hate["roma"]["insult"] is None
    harmless = [row for row in compose(folder) if row.pattern == "fr-essai-002"]
    assert harmless
    assert all(row.group == "women" and not any(row.labels.values()) for row in harmless)


def test_a_second_slot_of_a_list_holds_another_entry(folder: Path) -> None:
    for row in compose(folder):
        if row.pattern == "fr-essai-002":
            first, second = row.text.split(" ")[0], row.text.split(" ")[2]
            assert first.lower() != second
            assert first[0].isupper()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{groupes.mp}", "{groupes.fp}", "without the form 'fp'"),
        ("{lieux}", "{villes}", "no list 'villes'"),
        ("[Franchement|Bon]", "[Franchement|Bon", "without its partner"),
        ("fr-essai-002", "fr-essai-001", "used already"),
        ('["insult"]', '["injure"]', "unknown label 'injure'"),
        ('"women"', '"femmes"', "unknown group 'femmes'"),
        ("times = 4", "fois = 4", "unknown key 'fois'"),
        ('kind = "twin"', "", "no kind"),
        ('topic = "essai"', "", "no topic"),
        ("[[pattern]]", "[pattern", "not valid TOML"),
    ],
)
def test_a_fault_names_its_file_and_remedy(folder: Path, old: str, new: str, words: str) -> None:
    (folder / "essai.toml").write_text(GOOD.replace(old, new))
    with pytest.raises(PartsError, match=r"essai\.toml") as error:
        compose(folder)
    assert words in str(error.value)


def test_the_command_counts_and_shows(folder: Path) -> None:
    counted = CliRunner().invoke(main, ["--check", str(folder)])
    assert counted.exit_code == 0
    assert "fr, to learn: " in counted.output
    assert len(CliRunner().invoke(main, ["--sample", "3", str(folder)]).output.splitlines()) == 3
    (folder / "essai.toml").write_text("topic = 1")
    assert CliRunner().invoke(main, ["--check", str(folder)]).exit_code == 1


def test_empty_options_leave_no_gaps() -> None:
    assert tidy("Bon ,  voilà . ") == "Bon, voilà."
    assert tidy(", Quoi ?") == "Quoi ?"
