"""The rules file: overrides, the sentence under the form, mistakes that say how to mend them."""

import contextlib
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palabre.moderation import words
from palabre.moderation.detectors import shipped
from palabre.moderation.engine import judge
from palabre.moderation.facts import Facts
from palabre.moderation.rulebook import RulesError, default_rules, load
from palabre.moderation.rulekeys import LIMIT_KEYS, RULE_KEYS, SENTENCE_KEYS

SITE_RULE = """
[rules.adverts]
gravity = 99
label.fr = "racoleur"
label.en = "touting"
says.fr = "Pas de réclame."
says.en = "No touting."
hold = 0.5
words.fr = ["mon super blog | 0.7"]
"""


def judged(text, site):
    return judge(text, Facts(lang="fr"), load(default_rules(), site))


def test_a_site_adds_a_rule_and_the_sentence_tells_it(book):
    rules = load(default_rules(), SITE_RULE)
    assert "racoleur" in rules.sentence("fr")
    assert "racoleur" not in book.sentence("fr")
    assert "touting" in rules.sentence("en")
    assert rules.rules[1].id == "adverts"
    assert judged("Venez lire mon super blog", SITE_RULE).rules[0] == "adverts"


def test_the_sentence_reads_as_french(book):
    assert book.sentence("fr") == (
        "La rédaction retirera d’office tout commentaire antisémite, menaçant, négationniste, "
        "raciste, haineux, diffamatoire, injurieux, obscène ou publicitaire, ou qui appelle à la "
        "violence, fait l’apologie de crimes, divulgue les coordonnées ou les numéros d’une "
        "personne ou méprise ceux qui écrivent ici."
    )


def test_the_sentence_reads_as_english(book):
    assert book.sentence("en").startswith(
        "The newsroom will remove any comment that is antisemitic, threatening, racist, hateful,"
    )
    assert book.sentence("sv") == book.sentence("fr")
    assert "،" in book.sentence("ar")
    assert "," not in book.sentence("ar")
    assert book.spoken("sv") == "fr"
    assert book.spoken("de") == "de"


@pytest.mark.parametrize(
    ("rule", "told"), [("racism", "raciste"), ("spam", "publicitaire"), ("courtesy", "méprise")]
)
def test_a_disabled_rule_leaves_judgement_and_sentence(book, rule, told):
    rules = load(default_rules(), f"[rules.{rule}]\nenabled = false")
    assert told in book.sentence("fr")
    assert told not in rules.sentence("fr")
    assert rules.rule(rule) is None


def test_a_rule_that_never_acts_is_not_told():
    rules = load(default_rules(), "[rules.insult]\nhold = false\nrefuse = false")
    assert "injurieux" not in rules.sentence("fr")
    assert judge("connard", Facts(lang="fr"), rules).verdict == "publish"


def test_with_adjectives_only_and_clauses_only():
    def only(*kept):
        ids = [rule.id for rule in load(default_rules()).rules]
        off = "".join(f"[rules.{i}]\nenabled = false\n" for i in ids if i not in kept)
        return load(default_rules(), off).sentence("fr")

    start = "La rédaction retirera d’office tout commentaire"
    assert only("racism") == f"{start} raciste."
    assert only("racism", "insult") == f"{start} raciste ou injurieux."
    assert only("courtesy") == f"{start} qui méprise ceux qui écrivent ici."
    assert only("profanity") == ""


def test_a_site_replaces_figures_and_adds_words():
    site = '[rules.insult]\nhold = 0.9\nwords.fr = ["paltoquet | 0.95"]'
    assert judged("connard", site).verdict == "publish"
    assert judged("paltoquet", site).verdict == "refuse"


def test_a_site_takes_words_out():
    assert judged("connard", '[rules.insult]\nexcept.fr = ["Connard"]').verdict == "publish"


def test_a_site_starts_a_rule_afresh():
    site = """
    [rules.insult]
    replace = true
    label.fr = "grossier"
    label.en = "rude"
    says.fr = "Restez poli."
    says.en = "Stay polite."
    hold = 0.5
    words.fr = ["paltoquet"]
    """
    assert judged("connard", site).verdict == "publish"
    assert judged("paltoquet", site).verdict == "hold"


def test_the_version_is_that_of_the_content(book):
    assert load(default_rules()).version == book.version
    assert load(default_rules(), "# nothing\n").version == book.version
    assert load(default_rules(), SITE_RULE).version != book.version


def test_patterns_may_use_accents_and_fragments():
    site = """
    [fragments]
    bête = "âne|mulet"
    [rules.test]
    label.fr = "têtu"
    label.en = "stubborn"
    says.fr = "Non."
    says.en = "No."
    hold = 0.5
    [[rules.test.patterns]]
    score = 0.8
    find = ["têtu comme un {{bête}}"]
    """
    site = site.replace("bête =", "bete =").replace("{{bête}}", "{{bete}}")
    assert judged("Il est TETU comme un Âne", site).rules == ("test",)


MISTAKES = [
    ("[rules.insult]\nhodl = 0.5", 2, "rules.insult.hodl", "Did you mean 'hold'?"),
    ("[rules.insult]\n\nhold = 'a lot'", 3, "rules.insult.hold", "between 0 and 1"),
    ("[rules.insult]\nhold = 7", 2, "rules.insult.hold", "between 0 and 1"),
    ("[rules.insult]\nhold = true", 2, "rules.insult.hold", "between 0 and 1"),
    ("[rules.insult]\nenabled = 'no'", 2, "rules.insult.enabled", "true or false"),
    ("[rules.insult]\nscore = 'insults'", 2, "rules.insult.score", "Write one of toxicity"),
    ("[rules.insult]\nlists = ['insult.rf']", 2, "rules.insult.lists", "Did you mean 'insult.fr'?"),
    ("[rules.insult]\nsymbols = ['phones']", 2, "rules.insult.symbols", "Did you mean 'phone'?"),
    ("[rules.insult]\nrefuse = 0.1", 2, "rules.insult.refuse", "raise it"),
    ("[rules.insult]\nwords.fr = ['mot | très']", 2, "rules.insult.words.fr", "figure like 0.6"),
    ("[rules.insult]\nwords.fr = ['mot | 3']", 2, "rules.insult.words.fr", "at most 1"),
    ("[rules.insult]\nwords.fr = ['!!']", 2, "rules.insult.words.fr", "no word in it"),
    ("[rules.insult]\nwords = ['mot']", 2, "rules.insult.words", 'fr = ["mot | 0.6"]'),
    ("[rules.insult]\nsays = 'Non'", 2, "rules.insult.says", "one text per language"),
    ("[rules.insulte]\nhold = 0.5", 1, "rules.insulte", "Did you mean 'insult'?"),
    ("[rules.Insult]\nhold = 0.5", 1, "rules.Insult", "small letters"),
    ("[rule.insult]\nhold = 0.5", 1, "rule", "Did you mean 'rules'?"),
    ("rules = 3", 1, "rules", "Begin it with [rules]"),
    ("[limits]\nlink = 3", 2, "limits.link", "Did you mean 'links'?"),
    ("[limits]\nlinks = 0", 2, "limits.links", "whole number from 1"),
    ("[sentence.fr]\nopenning = 'x'", 2, "sentence.fr.openning", "Did you mean 'opening'?"),
    ("[fragments]\nx = 3", 2, "fragments.x", "Write it in"),
    (
        "[[rules.insult.patterns]]\nfind = ['a(?=b)']",
        1,
        "rules.insult.patterns",
        "look-around and back-references do not exist here",
    ),
    ("[[rules.insult.patterns]]\nfind = ['{{peupl}}']", 1, "rules.insult.patterns", "'peuple'"),
    ("[[rules.insult.patterns]]\nfnd = ['x']", 1, "rules.insult.patterns", "find ="),
    ("[rules.insult]\nground = { kind = 'lex' }", 2, "rules.insult.ground", '"law" or "terms"'),
    ("[rules.insult\nhold = 1", 1, "", "Mend this line"),
    ("a = 1\nb = = 2", 2, "", "Mend this line"),
]


@pytest.mark.parametrize(("site", "line", "key", "remedy"), MISTAKES)
def test_a_mistake_names_key_line_and_remedy(site, line, key, remedy):
    with pytest.raises(RulesError) as caught:
        load(default_rules(), site, site_name="mine.toml")
    problem = caught.value.problems[0]
    assert (problem.source, problem.line, problem.key) == ("mine.toml", line, key)
    assert remedy in f"{problem.message}. {problem.remedy}"
    assert f"mine.toml:{line}: {key}" in str(caught.value)


def test_all_mistakes_are_told_at_once():
    with pytest.raises(RulesError) as caught:
        load(default_rules(), "[rules.insult]\nhodl = 1\ngravty = 3\n[rules.spam]\nrefus = 1")
    assert [problem.line for problem in caught.value.problems] == [2, 3, 5]


def test_a_file_without_rules_says_so():
    with pytest.raises(RulesError, match="there are no rules"):
        load("")


@settings(deadline=None, max_examples=25)  # loading takes a tenth of a second
@given(st.text(max_size=200))
def test_any_text_is_rules_or_a_rules_error(text):
    with contextlib.suppress(RulesError):
        load(default_rules(), text)


def test_braces_spell_out_variants():
    entries = words.parse("sot{,s}{te} | 0.7", symbol="x_word", lang="fr")
    assert [entry.text for entry in entries] == ["sotte", "sotste"]


def test_exact_entries_want_their_accents():
    site = '[rules.insult]\nwords.fr = ["salé | 0.9 | exact"]'
    assert judged("un plat SALÉ", site).verdict == "refuse"
    assert judged("un plat sale", site).verdict == "publish"


def test_every_shipped_list_names_source_and_licence_and_is_used(book):
    used = default_rules()
    for name in words.available():
        head = words.read(name)[:1500]
        assert "Source" in head, name
        assert "Licence" in head or "licence" in head, name
        assert "urtLex" not in head
        assert name == "shorteners" or f'"{name}"' in used, name


def test_the_shipped_rules_cover_what_was_promised(book):
    wanted = {"antisemitism", "racism", "hatred", "threat", "denial", "insult", "defamation"}
    wanted |= {"sexual", "personal_data", "spam", "courtesy"}
    enforced = {rule.id for rule in book.rules if rule.enforced}
    assert enforced == wanted
    for rule in book.rules:
        assert set(rule.says) == {"fr", "en", "de", "es", "it", "pt", "nl", "pl", "ar", "he"}
        assert rule.ground("fr").reference
        assert rule.ground("en").reference
        if rule.enforced:
            assert rule.dsa_category
            assert rule.dsa_category.startswith("STATEMENT_CATEGORY_")
    assert not book.rule("defamation").may_refuse
    assert not book.rule("courtesy").may_refuse


def test_the_reference_describes_every_key_and_symbol():
    page = (Path(__file__).parents[2] / "docs/reference/house-rules.md").read_text("utf-8")
    told = set(re.findall(r"`([^`\n]+)`", page))
    missing = {*RULE_KEYS, *LIMIT_KEYS, *SENTENCE_KEYS} - told
    missing -= {key for key in LIMIT_KEYS if f"limits.{key}" in told}
    assert not missing
    symbols = {s for s in shipped().symbols if not s.startswith("model_")}
    assert symbols <= told
