"""A rule by example from the file to the verdict. A bag of words stands for the encoder's vector.

What the real encoder finds is measured by ``benchmarks/house_rules.py``.
"""

import re
import zlib

import numpy as np
import pytest

from palabre.domain.decision import Verdict
from palabre.moderation.background import (
    BackgroundCard,
    read_background,
    write_background,
)
from palabre.moderation.engine import Depth, judge
from palabre.moderation.explain import Audience, explain
from palabre.moderation.facts import Facts
from palabre.moderation.model import UnavailableError
from palabre.moderation.normalise import fold
from palabre.moderation.rulebook import RulesError, default_rules, load
from palabre.rendering.catalogue import load_catalogues

WORDS = ["le", "train", "la", "gare", "hier", "pluie", "match", "bus", "prix", "maire", "eau"]
SHOWN = [
    "Et sinon, qui a vu le film du dimanche ?",
    "Rien à voir, mais le film était bien.",
    "Un film à voir au cinéma, hors sujet pardon",
    "Qui vient au cinéma voir un film ?",
    "Hors sujet : le cinéma ferme, quel film voir ?",
]
NEAR = ["Le train était en retard hier", "La gare ferme", "Le maire a vu le train"]


class Bag:
    """Hashed words as a vector: real enough to learn from, and needs no model file."""

    version = "bag-1"

    def __init__(self):
        self.asked = []

    def vector(self, text):
        self.asked.append(text)
        made = np.full(512, 0.1, np.float32)
        for word in re.findall(r"[a-z]+", fold(text).text):
            made[zlib.crc32(word.encode()) % 512] += 1.0
        return made

    def ordinary(self):
        drawn = np.random.default_rng(3)
        texts = [" ".join(drawn.choice(WORDS, 6)) for _ in range(300)]
        return np.array([self.vector(text) for text in texts])


class Broken(Bag):
    def vector(self, _text):
        raise MemoryError


def site(examples=SHOWN, counter=NEAR, **keys):
    lines = ["[rules.off_topic]", 'says.fr = "Restez dans le sujet."', "hold = 0.5"]
    lines += [f"{key} = {value}" for key, value in keys.items()]
    lines += [f"examples.fr = {list(examples)!r}", f"counter_examples.fr = {list(counter)!r}"]
    return "\n".join(lines).replace("'", '"')


def book(vectors=None, **keys):
    return load(default_rules(), site(**keys), vectors=vectors or Bag())


def test_it_holds_what_is_like_the_examples_and_publishes_the_rest():
    rules = book()
    held = judge("Au cinéma, quel film voir dimanche ?", Facts(lang="fr"), rules)
    assert (held.verdict, held.rules) == (Verdict.HOLD, ("off_topic",))
    (found,) = [item for item in held.evidence if item.symbol == "off_topic_example"]
    assert found.detector == "examples"
    assert 0.5 <= found.score <= 1.0
    assert (
        judge("Le bus hier, le prix, le train", Facts(lang="fr"), rules).verdict is Verdict.PUBLISH
    )


def test_the_passage_that_carries_it_is_shown():
    text = "Le bus de la gare, hier. Sinon, qui a vu le film, à voir au cinéma dimanche ?"
    decision = judge(text, Facts(lang="fr"), book())
    (found,) = [item for item in decision.evidence if item.symbol == "off_topic_example"]
    assert decision.verdict is Verdict.HOLD
    assert re.search("vu|film|cinéma", " ".join(text[b:e] for b, e in found.spans))


def test_a_moderator_is_told_what_it_is_like():
    rules = book()
    text = "Au cinéma, quel film voir dimanche ?"
    decision = judge(text, Facts(lang="fr"), rules)
    for lang, said in (("fr", "ressemblance avec les exemples"), ("en", "a likeness to")):
        words = load_catalogues()[lang]
        assert said in explain(decision, rules, words, text, Audience.MODERATOR)


def test_without_an_encoder_or_with_a_broken_one_it_holds_everything():
    for vectors in (None, Broken()):
        rules = load(default_rules(), site(), vectors=vectors)
        decision = judge("Bonjour", Facts(lang="fr"), rules)
        assert decision.verdict is Verdict.HOLD
        assert decision.not_checked == ("examples",)


def test_rules_alone_do_not_ask_it():
    decision = judge("Quel film voir au cinéma ?", Facts(lang="fr"), book(), Depth.RULES)
    assert (decision.verdict, decision.not_needed) == (Verdict.PUBLISH, ("spamtext", "examples"))


def test_at_the_middle_depth_it_is_asked():
    decision = judge("Quel film voir au cinéma ?", Facts(lang="fr"), book(), Depth.FAST)
    assert decision.rules == ("off_topic",)


def test_a_house_may_watch_anothers_examples_with_less_weight():
    text = site() + "\n[rules.insult]\nsymbols = { off_topic_example = 0.5 }\n"
    rules = load(default_rules(), text, vectors=Bag())
    assert rules.rule("insult").watches["off_topic_example"] == 0.5


def test_the_same_texts_are_read_once_in_a_process():
    class Other(Bag):
        version = "bag-once"

    first, second = Other(), Other()
    book(first)
    book(second)
    assert set(SHOWN) <= set(first.asked)
    assert not set(SHOWN) & set(second.asked)


@pytest.mark.parametrize(
    ("keys", "key", "said"),
    [
        ({"examples": SHOWN[:4]}, "examples", "there are 4"),
        ({"examples": [f"exemple {i}" for i in range(31)]}, "examples", "there are 31"),
        ({"examples": []}, "examples", "there are 0"),
        ({"counter": [f"autre {i}" for i in range(31)]}, "counter_examples", "there are 31"),
        ({"counter": [SHOWN[0].upper()]}, "counter_examples.fr", "both an example and"),
        ({"examples": [*SHOWN, SHOWN[0]]}, "examples.fr", "twice"),
        ({"examples": [*SHOWN, "  "]}, "examples.fr", "empty"),
        ({"examples": [*SHOWN, "a" * 2001]}, "examples.fr", "2001 characters"),
    ],
)
def test_a_mistake_names_key_line_and_remedy(keys, key, said):
    text = site(**keys)
    with pytest.raises(RulesError) as caught:
        load(default_rules(), text, vectors=Bag())
    (problem,) = caught.value.problems
    assert problem.key == f"rules.off_topic.{key}"
    assert text.splitlines()[problem.line - 1].startswith(key)
    assert said in problem.message
    assert problem.remedy


def test_other_examples_make_other_versions_of_rules_and_detector():
    first, second = book(), book(counter=NEAR[:2])
    assert first.version != second.version
    text, facts = "Le bus", Facts(lang="fr")
    versions = [judge(text, facts, rules).versions["examples"] for rules in (first, second)]
    assert versions[0] != versions[1]


def test_a_background_is_that_of_its_encoder(tmp_path):
    vectors = np.random.default_rng(1).normal(size=(20, 8)).astype(np.float32)
    write_background(tmp_path, vectors, BackgroundCard(encoder="a@1", texts=20))
    again = read_background(tmp_path)
    np.testing.assert_allclose(again.of("a@1"), vectors, atol=0.01)
    with pytest.raises(UnavailableError, match="made by encoder 'a@1'"):
        again.of("a@2")


@pytest.mark.parametrize("harm", ["none", "cut", "count", "card"])
def test_a_damaged_background_says_so(tmp_path, harm):
    card = BackgroundCard(encoder="a@1", texts=20 if harm != "count" else 21)
    write_background(tmp_path, np.ones((20, 8), np.float32), card)
    file = tmp_path / "background" / ("card.json" if harm == "card" else "vectors.npy")
    if harm == "none":
        file.unlink()
    elif harm != "count":
        file.write_bytes(file.read_bytes()[:-7])
    with pytest.raises(UnavailableError, match="background"):
        read_background(tmp_path)
