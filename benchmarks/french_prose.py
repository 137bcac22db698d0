"""Free French prose by other hands, for measuring re-anchoring, as JSON: [{"name", "paragraphs"}].

    python benchmarks/french_prose.py | node benchmarks/reanchoring.mjs --seed 2026

The French edition of the Debian Administrator's Handbook (Raphaël Hertzog, Roland Mas; GPL-2.0+ or
CC-BY-SA-3.0), from Debian's package ``debian-handbook``, fetched and unpacked for each measurement:
nothing of it is kept here. Its sections of an article's length, a paragraph each.
"""

import json
import subprocess
import tempfile
from html.parser import HTMLParser
from pathlib import Path

PACKAGE = "debian-handbook"
PAGES = "usr/share/doc/debian-handbook/html/fr-FR"
SHORTEST, LONGEST = 3000, 14_000  # characters of an article
OF_A_PARAGRAPH = 60  # less is a heading or a line of a list


class Paragraphs(HTMLParser):
    """Collects the running text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self._text: list[str] | None = None
        self._code = 0
        self.feed(page)
        self._end()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a paragraph."""
        if tag == "p" or (tag == "div" and dict(attrs).get("class") == "para"):
            self._end()
            self._text = []
        self._code += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        """End it."""
        self._code -= tag == "pre"
        if tag in {"p", "div"}:
            self._end()

    def handle_data(self, data: str) -> None:
        """Take its text."""
        if self._text is not None and not self._code:
            self._text.append(data)

    def _end(self) -> None:
        text = " ".join("".join(self._text or ()).split())
        if len(text) >= OF_A_PARAGRAPH:
            self.found.append(text)
        self._text = None


def texts() -> list[dict[str, object]]:
    """Return the sections, in the order of their names."""
    made: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        where.chmod(0o755)  # apt fetches as another user when it is started by root
        fetch = ["apt-get", "-qq", "-o", "APT::Sandbox::User=root", "download", PACKAGE]
        subprocess.run(fetch, cwd=where, check=True)
        (package,) = where.glob("*.deb")
        subprocess.run(["dpkg-deb", "-x", package, where / "unpacked"], check=True)
        version = package.name.split("_")[1]
        for page in sorted((where / "unpacked" / PAGES).glob("*.html")):
            paragraphs = Paragraphs(page.read_text(encoding="utf-8")).found
            if SHORTEST <= sum(map(len, paragraphs)) <= LONGEST:
                name = f"{PACKAGE} {version}: {page.stem.removeprefix('sect.')}"
                made.append({"name": name, "paragraphs": paragraphs})
    return made


if __name__ == "__main__":
    print(json.dumps(texts(), ensure_ascii=False))
