"""What a page of ours may consist of, and what in an HTML answer is not that.

Two readers of the same law: this module with the standard library's parser, and ``LOOK`` inside the
browser, where the tree is what the browser made of the bytes.
"""

import json
import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from urllib.parse import urlsplit

ELEMENTS = frozenset(
    {
        *("html", "head", "meta", "title", "link", "script", "body", "a", "header", "footer"),
        *("main", "section", "article", "nav", "div", "p", "span", "h1", "h2", "h3", "h4", "b"),
        *("ul", "ol", "li", "dl", "dt", "dd", "blockquote", "details", "summary", "time", "kbd"),
        *("form", "fieldset", "legend", "label", "input", "textarea", "button", "mark", "strong"),
        *("em", "s", "code", "pre", "br", "palabre-comments", "select", "option"),
    }
)
ATTRIBUTES = frozenset(
    {
        *("id", "class", "lang", "dir", "href", "rel", "title", "datetime", "hidden", "role"),
        *("charset", "name", "content", "type", "src", "method", "action", "value", "for", "rows"),
        *("required", "maxlength", "autocomplete", "autocapitalize", "spellcheck", "tabindex"),
        *("open", "target", "autofocus", "part", "selected", "for"),
    }
)
# In what a reader wrote, nothing else.
WORDS = {
    **dict.fromkeys(
        ("p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li"), ()
    ),
    "a": ("href", "rel"),
}
ADDRESSES = ("href", "src", "action", "formaction", "data", "xlink:href", "ping", "poster")
OWN_SCRIPT = re.compile(r"/static/(palabre|desk)\.js\?v=[0-9a-f]{16}")
OWN_LINK = re.compile(
    r"/static/[a-z]+\.(css|svg)\?v=[0-9a-f]{16}|/feeds/(thread|site)\.(atom|json)\?url=[\w%.~+-]*"
)
META = frozenset({"viewport", "color-scheme", "robots"})
_VOID = frozenset({"br", "input", "link", "meta", "img", "base", "embed", "hr", "source"})


def complaints(html: str, words: Mapping[str, Sequence[str]] = WORDS) -> list[str]:
    """Return what in an HTML answer is not ours; ``words`` is what readers may write."""
    reader = _Reader(words)
    reader.feed(html)
    reader.close()
    return reader.found


class _Reader(HTMLParser):
    def __init__(self, words: Mapping[str, Sequence[str]]) -> None:
        super().__init__(convert_charrefs=True)
        self._words = words
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        inside = any(words for _, words in self._open)
        if inside:
            self.found += _faults_inside(tag, given, self._words)
        else:
            self.found += _faults(tag, given)
        self._in_script = tag == "script"
        if tag not in _VOID:
            self._open.append((tag, given.get("class") == "text"))

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False
        if tag in _VOID or not any(name == tag for name, _ in self._open):
            self.found.append(f"</{tag}> closes nothing")
            return
        while self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._in_script and data.strip():
            self.found.append(f"script with words: {data[:60]}")

    def handle_comment(self, data: str) -> None:
        self.found.append(f"comment: {data[:60]}")

    def handle_pi(self, data: str) -> None:
        self.found.append(f"instruction: {data[:60]}")

    def unknown_decl(self, data: str) -> None:
        self.found.append(f"declaration: {data[:60]}")


def _faults_inside(
    tag: str, given: dict[str, str], words: Mapping[str, Sequence[str]]
) -> list[str]:
    where = f"<{tag} {given}>"[:300]
    if tag not in words or not set(given) <= set(words[tag]):
        return [f"in a reader's words: {where}"]
    return [] if _is_web(given.get("href", "https://x.example")) else [f"address: {where}"]


def _faults(tag: str, given: dict[str, str]) -> list[str]:
    where = f"<{tag} {given}>"[:300]
    found = [] if tag in ELEMENTS else [f"element: {where}"]
    found += [
        f"attribute {name}: {where}"
        for name in given
        if name not in ATTRIBUTES and not name.startswith(("data-", "aria-"))
    ]
    found += [
        f"address: {where}"
        for name in ADDRESSES
        if name in given and not _is_fit(given[name], tag, name)
    ]
    if tag == "script" and not OWN_SCRIPT.fullmatch(given.get("src", "")):
        found.append(f"script: {where}")
    if tag == "link" and not OWN_LINK.fullmatch(given.get("href", "")):
        found.append(f"link: {where}")
    if tag == "meta" and not ("charset" in given or given.get("name") in META):
        found.append(f"meta: {where}")
    return found


def _is_fit(address: str, tag: str, name: str) -> bool:
    """Tell whether an address may stand there: a path of ours, or for links also the web."""
    if address.startswith(("/", "?", "#")) and not address.startswith(("//", "/\\")):
        return True
    return tag == "a" and name == "href" and _is_web(address)


def _is_web(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


# Runs before anything else in each frame: what CSP stops counts as a find too.
LISTEN = """(() => {
  const seen = [];
  Object.defineProperty(window, "__seen", { value: seen });
  document.addEventListener("securitypolicyviolation", (event) =>
    seen.push(`csp ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`), true);
})()"""

LOOK = (
    """() => {
  const words = """
    + json.dumps(WORDS)
    + """;
  const elements = new Set("""
    + json.dumps(sorted(ELEMENTS))
    + """);
  const attributes = new Set("""
    + json.dumps(sorted(ATTRIBUTES))
    + """);
  const all = (root) => [...root.querySelectorAll("*")].flatMap(
    (e) => [e, ...(e.shadowRoot ? all(e.shadowRoot) : [])]);
  const found = [...(window.__seen ?? ["nobody listened"])];
  const web = (address) => /^https?:\\/\\/[^/]/.test(address);
  const path = (address) => /^([?#]|\\/(?![/\\\\]))/.test(address);
  for (const e of all(document)) {
    const say = (what) => found.push(`${what}: ${e.outerHTML.slice(0, 200)}`);
    const names = [...e.attributes].map((a) => a.name);
    if (e.namespaceURI !== "http://www.w3.org/1999/xhtml") say("namespace");
    if (e.parentElement?.closest(".text")) {
      const allowed = words[e.localName];
      if (!allowed || names.some((n) => !allowed.includes(n))) say("in a reader's words");
      if (e.localName === "a" && !web(e.getAttribute("href"))) say("address");
      continue;
    }
    if (!elements.has(e.localName)) say("element");
    for (const name of names) {
      // The height kept for comments that are far away, and nothing else.
      const height = /^((contain-intrinsic-)?block-size: [\\d.]+px;)?$/;
      if (name === "style" && e.matches("li, ol.list") && height.test(e.getAttribute("style"))) {
        continue;
      }
      if (!attributes.has(name) && !/^(data|aria)-/.test(name)) say(`attribute ${name}`);
    }
    for (const name of ["href", "src", "action", "formaction"]) {
      const address = e.getAttribute(name);
      if (address !== null && !path(address) && !(e.localName === "a" && web(address))
        && !(e.localName === "script" && e.src.endsWith("/palabre.js"))) say("address");
    }
    if (e.localName === "script" && (!e.src || e.textContent.trim())) say("script");
  }
  if (window.__x !== undefined) found.push("it ran");
  return found;
}"""
)
