"""The detector finds what it is there for: a test that cannot fail shows nothing."""

import pytest

from attacks.vectors import READABLE, VECTORS, Vector, one_of_each_kind, packed
from attacks.watch import WORDS, complaints
from palabre.rendering.markdown import MarkdownRenderer, _cleaner, _parser

PAGE = '<!doctype html><html lang="fr"><body><div class="text">{}</div></body></html>'


def test_there_are_enough_of_them():
    assert len({v.text for v in VECTORS}) == len(VECTORS) >= 150
    assert len(one_of_each_kind()) >= 15
    assert all(v.text in "".join(packed()) for v in READABLE)


@pytest.mark.parametrize("vector", [v for v in VECTORS if v.bare], ids=lambda v: v.kind)
def test_without_a_wall_each_is_found(vector: Vector):
    assert complaints(PAGE.format(vector.text))


@pytest.mark.parametrize(
    "html",
    [
        '<a href="javascript:x">x</a>',
        '<a href="//tiers.example">x</a>',
        '<a href="/\\tiers.example">x</a>',
        '<form action="https://tiers.example/"></form>',
        '<p onclick="x">x</p>',
        '<p style="x">x</p>',
        "<script>x</script>",
        '<script src="/static/other.js"></script>',
        '<script src="/static/desk.js?v=0123456789abcdef">x</script>',
        '<link rel="stylesheet" href="//tiers.example/x.css">',
        '<meta http-equiv="refresh" content="0">',
        '<base href="/">',
        "<p>x</p></div>",
        "<!-- x -->",
        "<?x?>",
        '<div class="text"><h1>x</h1></div>',
        '<div class="text"><p class="button">x</p></div>',
        '<div class="text"><a href="/thread">x</a></div>',
    ],
)
def test_each_fault_is_told(html: str):
    assert complaints(html)


def test_what_is_ours_is_not_a_fault():
    text = "*a* **b** ~~c~~ `d`\n\n> e\n\n- f\n\n1. g\n\n[i](https://tiers.example)  \nj"
    assert complaints(PAGE.format(MarkdownRenderer()(text))) == []


@pytest.mark.parametrize("vector", VECTORS, ids=lambda v: v.kind)
def test_each_wall_stops_it_alone(vector: Vector):
    # The first wall leaves two harmless attributes, which the second takes off.
    leaves = WORDS | {"a": ("href", "title"), "code": ("class",)}
    assert complaints(PAGE.format(_parser.render(vector.text)), leaves) == []
    # The second gets here what the first would never let through.
    assert complaints(PAGE.format(_cleaner.clean(vector.text))) == []
    assert complaints(PAGE.format(MarkdownRenderer()(vector.text))) == []
