"""What a moderator does again and again."""

from typing import TYPE_CHECKING

from playwright.sync_api import Page, expect

from browser.conftest import LOGIN, PASSWORD

if TYPE_CHECKING:
    from browser.conftest import Town


def sign_in(page: Page, town: "Town", lang: str = "fr") -> None:
    """Go to the desk as the moderator of the tests."""
    page.goto(f"{town.base}/desk")
    page.get_by_label("Identifiant" if lang == "fr" else "Login").fill(LOGIN)
    page.get_by_label("Mot de passe" if lang == "fr" else "Password").fill(PASSWORD)
    page.get_by_role("button", name="Entrer" if lang == "fr" else "Sign in").click()
    expect(page.get_by_role("navigation")).to_be_visible()
