"""What facts show: repeats, floods, own hosts."""

import pytest

from palabre.moderation.engine import judge
from palabre.moderation.facts import Facts, RecentPost

LONG = "Je répète ceci sous chaque article depuis hier."


def verdict(book, text, **facts):
    return judge(text, Facts(lang="fr", **facts), book).verdict


@pytest.mark.parametrize(
    ("recent", "expected"),
    [
        ((), "publish"),
        ((LONG,), "hold"),
        (("JE REPETE ceci, sous chaque article depuis hier !",), "hold"),
        (("Une tout autre remarque sur le sujet du jour.",), "publish"),
    ],
)
def test_the_same_post_again(book, recent, expected):
    posts = tuple(RecentPost(text, 400.0) for text in recent)
    assert verdict(book, LONG, recent=posts) == expected


@pytest.mark.parametrize(("times", "expected"), [(1, "publish"), (2, "publish"), (3, "hold")])
def test_a_short_post_may_be_repeated_twice(book, times, expected):
    posts = tuple(RecentPost("Bravo !", 100.0 * n) for n in range(1, times + 1))
    assert verdict(book, "Bravo !", recent=posts) == expected


@pytest.mark.parametrize(
    ("ages", "expected"),
    [
        ([5.0] * 4, "publish"),
        ([5.0] * 5, "hold"),
        ([90.0] * 19, "publish"),
        ([90.0] * 20, "hold"),
    ],
)
def test_a_flood(book, ages, expected):
    posts = tuple(RecentPost(f"remarque numéro {n}", age) for n, age in enumerate(ages))
    assert verdict(book, "encore une autre remarque", recent=posts) == expected


def test_links_to_the_publishers_own_hosts_are_not_counted(book):
    text = "https://example.org/a https://www.example.org/b https://m.example.org/c"
    assert verdict(book, text) == "hold"
    assert verdict(book, text, own_hosts=frozenset({"example.org"})) == "publish"


def test_a_domain_that_the_house_excludes(book):
    from palabre.moderation.rulebook import default_rules, load

    rules = load(default_rules(), '[rules.spam]\ndomains = ["spam.example"]')
    decision = judge("http://shop.spam.example/x", Facts(lang="fr"), rules)
    assert decision.verdict == "refuse"
    assert "link_domain" in [e.symbol for e in decision.evidence]
    assert judge("http://notspam.example/x", Facts(lang="fr"), rules).verdict == "publish"
