"""The words of the pages: the same keys in each language, and none that a page lacks."""

import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from palabre.domain.comment import Status
from palabre.domain.decision import ActorKind, Verdict
from palabre.domain.errors import Code
from palabre.domain.mode import Why
from palabre.rendering.catalogue import load_catalogues

PACKAGE = Path(__file__).parents[2] / "src" / "palabre"
WEB = PACKAGE / "web"
LANGUAGES = ("fr", "en")


def messages(lang: str) -> dict[str, tuple[str, ...]]:
    with (PACKAGE / "catalogues" / f"{lang}.po").open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    found = {}
    for message in catalogue:
        key = message.id if isinstance(message.id, str) else message.id[0]
        if key:
            forms = message.string
            found[key] = (forms,) if isinstance(forms, str) else tuple(forms)
    return found


@pytest.fixture(scope="module")
def french() -> dict[str, tuple[str, ...]]:
    return messages("fr")


# What readers meet: each language has all of it. The desk, the page on data, reports for the
# newsroom and the law's letters speak French and English; `languages.py` passes others over there.
READERS = {
    *("page", "thread", "comment", "vote", "form", "notice", "own", "replies", "rules", "inline"),
    *("widget", "feed", "judge", "subscription", "subscribe", "subscriptions", "pseudonym"),
}
# Of what may go wrong: all that a reader can run into. The rest is told to programs and the desk.
READERS_ERRORS = (
    *("body_too_large", "unreadable_text", "text_empty", "text_too_long", "name_required"),
    *("name_too_long", "name_reserved", "email_required", "email_invalid", "bad_address"),
    *("bad_cursor", "cursor_expired", "unknown_site", "unknown_comment", "parent_unknown"),
    *("parent_elsewhere", "reply_too_deep", "thread_closed", "move_impossible", "link_invalid"),
    *("closed_now", "slow_mode", "known_readers_only", "suspended", "banned"),
    *("proof_wanted", "proof_wrong", "proof_expired", "proof_used"),
    *("link_expired", "name_kept", "mail_off", "not_yours", "edit_window_over", "own_comment"),
    *("sign_on_invalid", "sign_on_expired", "sign_on_denied", "sign_on_unavailable"),
    *("forged_request", "too_many_requests", "not_found"),
    *("store_busy", "store_full", "store_failed", "internal"),
)
OTHERS = sorted(
    file.stem for file in (PACKAGE / "catalogues").glob("*.po") if file.stem not in LANGUAGES
)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def used() -> Iterator[str]:
    """Yield the keys that templates and code name in full."""
    for template in (WEB / "templates").rglob("*.html"):
        yield from re.findall(r"""\b[wn]\(\s*["']([a-z_.]+[a-z])["']""", template.read_text())
    for module in WEB.glob("*.py"):
        yield from re.findall(r"""(?:say|count)\(\s*f?"([a-z_.]+[a-z])["']""", module.read_text())


def composed() -> Iterator[str]:
    """Yield the keys whose last part is a value."""
    yield from (f"thread.sort.{sort}" for sort in ("newest", "oldest", "top"))
    yield from (f"thread.mode.why.{why}" for why in Why)
    for status in (Status.PUBLISHED, Status.HELD, Status.REFUSED):
        yield from (f"comment.state.{status}", f"own.state.{status}", f"desk.tab.{status}")
        yield from (f"notice.{status}.title", f"notice.{status}.text")
    yield from (f"notice.decided_by.{kind}" for kind in ActorKind)
    yield from (f"desk.verdict.{verdict}" for verdict in Verdict)
    for key in ("next", "previous", "approve", "refuse", "hold", "undo", "note", "help"):
        yield f"desk.keys.{key}"


def test_all_languages_have_the_same_keys(french: dict[str, tuple[str, ...]]) -> None:
    assert set(messages("en")) == set(french)


def test_placeholders_agree(french: dict[str, tuple[str, ...]]) -> None:
    english = messages("en")
    for key, forms in french.items():
        assert placeholders("".join(forms)) == placeholders("".join(english[key])), key


def test_every_key_that_is_used_exists(french: dict[str, tuple[str, ...]]) -> None:
    assert {*used(), *composed()} - set(french) == set()


def test_every_key_is_used(french: dict[str, tuple[str, ...]]) -> None:
    kinds = {".py", ".html", ".jinja", ".txt"}
    sources = "".join(f.read_text() for f in sorted(PACKAGE.rglob("*")) if f.suffix in kinds)
    quoted = set(re.findall(r"""["']([a-z_.]+)["']""", sources))
    # A part of the register, a kind of mail: f"privacy.{what}.why", "mail." ~ kind.
    begun = re.findall(r"""["']([a-z_]+\.(?:[a-z_]+\.)*)(?:\{|["'] *[~+])""", sources)
    families = tuple({head for head in begun if not head.startswith(("thread.", "page."))})
    errors = {f"error.{code}.{part}" for code in Code for part in ("title", "remedy")}
    judge = {key for key in french if key.startswith("judge.")}  # held by tests/moderation
    left = set(french) - {*quoted, *composed(), *errors, *judge}
    assert {key for key in left if not key.startswith(families)} == set()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", list(Code))
def test_every_refusal_has_its_words(code: Code, lang: str) -> None:
    found = messages(lang)
    assert all(found[f"error.{code}.title"])
    assert all(found[f"error.{code}.remedy"])


def test_french_typography(french: dict[str, tuple[str, ...]]) -> None:
    for key, forms in french.items():
        text = " ".join(forms)
        assert "'" not in text, key
        assert not re.search(r" [:;!?»]|« |[^\s\u00a0\u202f](?:[;!?»])", text), (key, text)


def test_ten_languages_are_there() -> None:
    assert {*LANGUAGES, *OTHERS} >= {"fr", "en", "de", "es", "it", "pt", "nl", "pl", "ar", "he"}


@pytest.mark.parametrize("lang", OTHERS)
def test_each_language_says_all_that_readers_meet(lang: str) -> None:
    english, found = messages("en"), messages(lang)
    wanted = {
        key
        for key in english
        if key.partition(".")[0] in READERS and not key.startswith("judge.moderator.")
    }
    wanted |= {f"error.{code}.{part}" for code in READERS_ERRORS for part in ("title", "remedy")}
    assert wanted - set(found) == set()
    assert set(found) - set(english) == set()
    for key, forms in found.items():
        assert placeholders("".join(forms)) == placeholders("".join(english[key])), key
        assert (len(forms) > 1) == (len(english[key]) > 1), key


@pytest.mark.parametrize("lang", [*LANGUAGES, *OTHERS])
def test_each_language_has_a_form_for_each_number(lang: str) -> None:
    catalogue = load_catalogues()[lang]
    forms = {len(f) for f in messages(lang).values()} - {1}
    assert len(forms) == 1
    for n in (*range(130), 1000, 1_000_000):
        assert catalogue.count("thread.count", n)
