"""The sentence under the form says each rule that is enforced, and no other."""

from palabre.moderation.rulebook import default_rules, load

CHESS = """
[rules.chess]
gravity = 1
hold = 0.5
says.fr = "Pas d’échecs."
words.fr = ["roque"]
"""


def test_a_rule_in_one_language_and_without_an_adjective_is_said_in_full():
    rules = load(default_rules(), CHESS)
    for lang in ("fr", "en"):
        assert rules.sentence(lang).endswith(". Pas d’échecs.")


def test_a_rule_that_is_taken_out_is_no_longer_said():
    rules = load(default_rules(), "[rules.antisemitism]\nenabled = false\n")
    assert "antisémite" in load(default_rules()).sentence("fr")
    assert "antisémite" not in rules.sentence("fr")
