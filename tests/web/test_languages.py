"""Which language an answer comes in."""

from dataclasses import replace
from typing import Any

import pytest
from babel import Locale
from litestar.testing import RequestFactory

from palabre.rendering.catalogue import PoCatalogue
from palabre.web.languages import catalogue_for


@pytest.mark.parametrize(
    ("query", "default", "accept", "expected"),
    [
        ({}, None, None, "fr"),
        ({}, None, "en", "en"),
        ({}, None, "en-GB,en;q=0.9,fr;q=0.8", "en"),
        ({}, None, "sv,fr;q=0.5,en;q=0.7", "en"),
        ({}, None, "en;q=0,fr;q=0.1", "fr"),
        ({}, None, "en;q=x", "fr"),
        ({}, None, "*", "fr"),
        ({}, None, "," * 500, "fr"),
        ({}, "en", "fr", "en"),
        ({}, "en-US", "fr", "en"),
        ({}, "xx", "en", "en"),
        ({"lang": "fr"}, "en", "en", "fr"),
        ({"lang": "FR-ca"}, "en", "en", "fr"),
        ({"lang": "xx"}, "en", "fr", "en"),
        ({"lang": ""}, None, "en", "en"),
        ({"lang": "../../etc"}, None, "en", "en"),
    ],
)
def test_explicit_then_page_then_browser_then_house(
    house: Any, query: dict[str, str], default: str | None, accept: str | None, expected: str
):
    headers = {"Accept-Language": accept} if accept else {}
    request = RequestFactory().get("/", query_params=query, headers=headers)
    assert catalogue_for(request, house, default).lang == expected


def test_a_house_in_a_language_nobody_translated_speaks_english(build: Any, store: Any):
    house = build(store, lang="eo")
    assert catalogue_for(RequestFactory().get("/"), house).lang == "en"


@pytest.mark.parametrize(
    ("path", "lang", "expected"),
    [
        ("/thread", "de", "de"),
        ("/desk", "de", "fr"),
        ("/desk", "en", "en"),
        ("/privacy", "de", "fr"),
    ],
)
def test_no_page_speaks_two_languages_at_once(
    build: Any, store: Any, path: str, lang: str, expected: str
):
    house = build(store)
    words = house.catalogues["en"]
    german = PoCatalogue(Locale.parse("de"), words.messages, own=words.own - {"desk", "privacy"})
    house = replace(house, catalogues={**house.catalogues, "de": german})
    request = RequestFactory().get(path, query_params={"lang": lang})
    assert catalogue_for(request, house, "fr").lang == expected
