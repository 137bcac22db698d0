"""Each state, on phone and desktop, light and dark, French and English: axe finds nothing wrong,
nothing is wider than the screen, and a picture of the phone by night and of the desktop by day is
kept in out/screenshots/ to be looked at; test_pictures.py takes all of them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page

from browser.conftest import ROOT
from browser.states import STATES, State, door, queue, thread

if TYPE_CHECKING:
    from browser.conftest import Town

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]

PICTURES = ROOT / "out" / "screenshots"
AXE = ROOT / "widget" / "node_modules" / "axe-core" / "axe.min.js"
DEVICES = {
    "desktop": {"viewport": {"width": 1100, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}
KEPT = {("desktop", "light"), ("phone", "dark")}
LOCALES = {"fr": "fr-FR", "en": "en-GB"}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What a dark scheme changes: the other rules read the document, which is the same in both. So it is
# on a phone, but for what has its place and size there.
OF_COLOUR = ["color-contrast", "link-in-text-block"]
OF_PLACE = [*OF_COLOUR, "target-size", "scrollable-region-focusable"]


@pytest.fixture(scope="module")
def axe() -> str:
    assert AXE.exists(), "axe-core is missing: run `make widget-tools`"
    return AXE.read_text(encoding="utf-8")


def violations(page: Page, axe: str, rules: list[str] | None = None) -> list[str]:
    """Return what axe-core objects to: by all its rules, or by the given ones."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe)  # past the page's own policy
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": RULES}
    asked = {"runOnly": only, "resultTypes": ["violations"]}
    found = page.evaluate("asked => axe.run(document, asked).then(r => r.violations)", asked)
    return [
        f"{v['id']}: {node['target']} {node.get('failureSummary', '')}"
        for v in found
        for node in v["nodes"]
    ]


@pytest.mark.parametrize("device", list(DEVICES))
@pytest.mark.parametrize("lang", ["fr", pytest.param("en", marks=pytest.mark.long)])
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_state(visit: Visit, town: "Town", axe: str, state: State, lang: str, device: str) -> None:
    page = visit(color_scheme="light", locale=LOCALES[lang], **DEVICES[device])
    state(page, town, lang)
    with unrolled(page):
        pass  # what was drawn once keeps its measures, which axe asks for
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        if (device, scheme) in KEPT:
            picture(page, f"{state.__name__}-{lang}-{device}-{scheme}")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        if scheme == "light":
            assert violations(page, axe, None if device == "desktop" else OF_PLACE) == []
        elif (device, lang) == ("phone", "fr"):  # colours do not depend on the language
            assert violations(page, axe, OF_COLOUR) == []


def picture(page: Page, name: str) -> None:
    """Keep a picture of the whole page. A full-page screenshot would drop the touch emulation."""
    (PICTURES / name).parent.mkdir(parents=True, exist_ok=True)
    with unrolled(page):
        page.screenshot(path=PICTURES / f"{name}.png", animations="disabled")


@contextmanager
def unrolled(page: Page) -> Iterator[None]:
    """Make the screen as high as the page, so that what is drawn only when near is drawn."""
    size = page.viewport_size
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size(
        {"width": size["width"], "height": min(max(height, size["height"]), 9000)}
    )
    page.evaluate(
        "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
    )
    yield
    page.set_viewport_size(size)


@pytest.mark.parametrize("state", [thread, door, queue], ids=lambda state: state.__name__)
def test_targets_are_large_enough(visit: Visit, town: "Town", state: State) -> None:
    """24 CSS pixels with a mouse (WCAG 2.2, 2.5.8), 44 with a finger."""
    for device, least in (("desktop", 24), ("phone", 44)):
        page = visit(**DEVICES[device])
        state(page, town, "fr")
        small = page.evaluate(
            """least => [...document.querySelectorAll('button, summary, input, textarea, '
              + '.acts > a, .sorts a, .tabs a')]
              .filter(e => e.checkVisibility() && !e.closest('.unseen')).map(e => {
                const box = e.getBoundingClientRect();
                const name = e.textContent.trim().slice(0, 30);
                return [name, Math.round(box.width), Math.round(box.height)];
              }).filter(([, w, h]) => h && (h < least || w < least))""",
            least,
        )
        assert small == [], device


def test_zoomed_to_twice_the_size(visit: Visit, town: "Town", axe: str) -> None:
    page = visit(viewport={"width": 550, "height": 450}, device_scale_factor=2)
    thread(page, town, "fr")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page = visit(viewport={"width": 320, "height": 500})
    thread(page, town, "fr")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("state", [queue], ids=lambda state: state.__name__)
def test_forced_colours(visit: Visit, town: "Town", axe: str, state: State) -> None:
    page = visit(forced_colors="active")
    state(page, town, "fr")
    picture(page, f"{state.__name__}-fr-desktop-forced")
    assert violations(page, axe) == []


def test_less_motion(visit: Visit, town: "Town") -> None:
    page = visit(reduced_motion="reduce")
    thread(page, town, "fr")
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
