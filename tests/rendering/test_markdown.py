"""The subset that readers may use, and the two walls against everything else."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palabre.rendering import markdown
from palabre.rendering.markdown import MarkdownRenderer, excerpt

render = MarkdownRenderer()


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Bonjour", "<p>Bonjour</p>"),
        ("une\ndeux", "<p>une<br>\ndeux</p>"),
        ("**gras** et *italique*", "<p><strong>gras</strong> et <em>italique</em></p>"),
        ("~~non~~", "<p><s>non</s></p>"),
        ("`code`", "<p><code>code</code></p>"),
        ("> cité", "<blockquote>\n<p>cité</p>\n</blockquote>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("# pas un titre", "<p># pas un titre</p>"),
        ("![image](https://example.org/a.png)", None),
        ("3 < 4 & 5 > 2", "<p>3 &lt; 4 &amp; 5 &gt; 2</p>"),
        ("fin.la suite", "<p>fin.la suite</p>"),
        ("a@example.org", "<p>a@example.org</p>"),
    ],
)
def test_subset(text: str, html: str | None):
    assert html is None or render(text) == html
    assert "<img" not in render(text)


def test_bare_address_becomes_a_link_that_no_search_engine_follows():
    html = render("voir https://example.org/a_b_c, merci")
    assert '<a href="https://example.org/a_b_c"' in html
    assert 'rel="nofollow ugc noopener noreferrer"' in html


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:x)",
    "[x](//example.org/protocol-relative)",
    "<javascript:alert(1)>",
    '[x](https://example.org/"onmouseover=alert(1))',
    "`<script>`</code><script>alert(1)</script>",
    "<svg/onload=alert(1)>",
    "<style>*{display:none}</style>",
    "<a href='https://example.org' style='position:fixed'>x</a>",
    "<form action=https://example.org><button>x</button></form>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_each_wall_holds_alone(attack: str):
    for html in (
        markdown._parser.render(attack),
        markdown._cleaner.clean(attack),
        render(attack),
    ):
        _assert_inert(html)


@given(st.text(max_size=300))
def test_any_text_renders_inert(text: str):
    _assert_inert(render(text))


@given(
    st.lists(st.sampled_from([*ATTACKS, "**", "`", "[", "](", ")", "<", ">", "\n\n", "> ", "a"]))
)
def test_any_mixture_of_attacks_renders_inert(parts: list[str]):
    _assert_inert(render("".join(parts)))


class Elements(HTMLParser):
    """Collects what a browser would build from a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str | None, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, None, ""))
        self.found.extend((tag, name, value or "") for name, value in attrs)


# `class` names a fence's language, `start` a list's first number: the first wall's own output.
HARMLESS = {("a", "rel"), ("code", "class"), ("ol", "start")}


def _assert_inert(html: str) -> None:
    elements = Elements()
    elements.feed(html)
    elements.close()
    for tag, attribute, value in elements.found:
        assert tag in markdown._TAGS
        if attribute == "href":
            assert value.startswith(("http://", "https://"))
        else:
            assert attribute is None or (tag, attribute) in HARMLESS


def test_excerpt_cuts_at_a_word():
    assert excerpt("un deux trois", 8) == "un deux…"
    assert excerpt("court") == "court"
    assert excerpt("a" * 50, 10) == "a" * 10 + "…"
