"""Catalogues: plural forms, fallback, dates."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale

from palabre.rendering.catalogue import PoCatalogue, load_catalogues

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def catalogue(lang: str, *forms: str) -> PoCatalogue:
    return PoCatalogue(Locale.parse(lang), {"n": forms})


def test_french_counts_zero_as_one_and_a_million_as_many_things():
    fr = catalogue("fr", "{n} commentaire", "{n} commentaires")
    said = [fr.count("n", n) for n in (0, 1, 2, 1_000_000)]
    assert said[:3] == ["0 commentaire", "1 commentaire", "2 commentaires"]
    assert said[3].endswith("commentaires")


def test_polish_has_its_forms_in_order():
    pl = catalogue("pl", "{n} one", "{n} few", "{n} many")
    assert [pl.count("n", n) for n in (1, 3, 5)] == ["1 one", "3 few", "5 many"]


def test_arabic_is_right_to_left_with_six_forms():
    ar = catalogue("ar", "zero", "one", "two", "few", "many", "other")
    assert ar.is_right_to_left
    assert [ar.count("n", n) for n in (0, 1, 2, 5, 11, 100)] == [
        *("zero", "one", "two", "few", "many", "other")
    ]


def test_what_a_language_lacks_is_said_in_english():
    catalogues = load_catalogues()
    assert {"fr", "en"} <= set(catalogues)
    assert set(catalogues["fr"].messages) >= set(catalogues["en"].messages)


def test_times_are_written_as_the_language_writes_them():
    fr = catalogue("fr", "x")
    in_paris = PoCatalogue(fr.locale, fr.messages, ZoneInfo("Europe/Paris"))
    assert fr.moment(NOW) == "1 mars 2026, 12:00"
    assert in_paris.moment(NOW) == "1 mars 2026, 13:00"
    assert fr.ago(NOW - timedelta(minutes=3), NOW) == "il y a 3 minutes"
