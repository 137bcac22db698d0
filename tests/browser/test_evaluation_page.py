"""The page of ``palabre evaluate`` in Chromium: axe finds nothing wrong, nothing is too wide,
nothing is loaded, and it prints. A picture is kept in out/screenshots/ to be looked at.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser.test_look import AXE, DEVICES, PICTURES, violations

pytestmark = pytest.mark.browser
ROWS = [
    {
        "text": f"{'Espèce de navet' if n % 3 else 'Espèce de connard'} {n}",
        "lang": "fr" if n % 2 else "en",
        "kind": "un genre au nom plutôt long",
        "group": "women",
        "labels": {"insult": int(n % 3 == 0), "hate": int(n % 7 == 0), "racism": 0},
    }
    for n in range(60)
]


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("evaluation")
    lines = "\n".join(json.dumps(row) for row in ROWS)
    (folder / "rows.jsonl").write_text(lines, encoding="utf-8")
    command = [sys.executable, "-m", "palabre.cli", "evaluate", "rows.jsonl", "--depth", "rules"]
    options = ["--against-depth", "fast", "--examples", "2"]
    subprocess.run([*command, *options], cwd=folder, check=True, capture_output=True)
    return folder / "evaluation.html"


@pytest.mark.parametrize("device", list(DEVICES))
def test_it_can_be_read_by_all(browser: Browser, page_file: Path, device: str) -> None:
    page = browser.new_context(**DEVICES[device]).new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert asked == [page_file.as_uri()]
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert violations(page, AXE.read_text(encoding="utf-8")) == []
    assert page.locator("svg[role=img][aria-label]").count() >= 6
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.locator("#scores").screenshot(path=PICTURES / f"evaluation-{device}.png")
    page.context.close()


def test_it_prints(browser: Browser, page_file: Path) -> None:
    page = browser.new_context().new_page()
    page.goto(page_file.as_uri())
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()
    assert page.pdf(format="A4").startswith(b"%PDF")
    # A4 at 96 dots an inch less the usual margins: no table may be cut off at the edge.
    page.set_viewport_size({"width": 718, "height": 1000})
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.context.close()
