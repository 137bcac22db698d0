"""What a moderator does again and again."""

from typing import TYPE_CHECKING, Any

from playwright.sync_api import Page, expect

from browser.conftest import LOGIN, PASSWORD

if TYPE_CHECKING:
    from browser.conftest import Town


# The cookies of a session by the town’s address: what is shown at the desk does not depend on how
# one came in, and a password is checked slowly on purpose.
_sessions: dict[str, list[Any]] = {}


def at_desk(page: Page, town: "Town", lang: str = "fr") -> None:
    """Go to the desk in a session of the moderator's that is there, or in a new one."""
    if kept := _sessions.get(town.base):
        page.context.add_cookies(kept)
        page.goto(f"{town.base}/desk")
        if page.get_by_role("navigation").count():
            return
    sign_in(page, town, lang)
    _sessions[town.base] = page.context.cookies()


def sign_in(page: Page, town: "Town", lang: str = "fr") -> None:
    """Go to the desk as the moderator of the tests."""
    page.goto(f"{town.base}/desk")
    page.get_by_label("Identifiant" if lang == "fr" else "Login").fill(LOGIN)
    page.get_by_label("Mot de passe" if lang == "fr" else "Password").fill(PASSWORD)
    page.get_by_role("button", name="Entrer" if lang == "fr" else "Sign in").click()
    expect(page.get_by_role("navigation")).to_be_visible()
