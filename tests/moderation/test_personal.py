"""Numbers with and without meaning: tables with their near misses."""

import pytest

from palabre.moderation.detectors.personal import iban_length, is_nir
from palabre.moderation.engine import judge
from palabre.moderation.facts import Facts


def passages(book, text):
    decision = judge(text, Facts(lang="fr"), book)
    return [(e.symbol, text[s.begin : s.end]) for e in decision.evidence for s in e.spans]


@pytest.mark.parametrize(
    "number",
    [
        "0612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "01 23 45 67 89",
        "+33612345678",
        "+33 (0)6 12 34 56 78",
        "0033 6 12 34 56 78",
        "+32 475 12 34 56",
        "+1 555 234 5678",
        "+41 22 123 45 67",
        "(555) 234-5678",
        "06/12/34/56/78",
    ],
)
def test_a_telephone_number_is_seen_exactly(book, number):
    assert passages(book, f"Tel : {number}, le soir.") == [("phone", number)]


@pytest.mark.parametrize(
    "text",
    [
        "le 06 décembre 2024 à 12 h 34",
        "12/05/2024",
        "2024-05-12",
        "1 234 567 890 euros",
        "0,0612345678",
        "article 0612-3456-78 du catalogue 9",
        "6-4 6-3 7-5 6-2",
        "1914-1918",
        "06 12 34 56",
        "06 12 34 56 78 90",
        "106 12 34 56 78",
        "0 800 05 95 95",
        "39 19",
        "08 92 12 34 56",
        "SIREN 732 829 320",
        "978-2-07-036822-8",
        "v1.2.3.4.5.6.7.8",
        "192.168.100.200",
        "48.856614, 2.352222",
        "-0612345678",
        "1,0612345678",
        "00 00 00 00 00",
    ],
)
def test_other_figures_are_not(book, text):
    assert passages(book, text) == []


@pytest.mark.parametrize(
    "iban",
    [
        "FR7630006000011234567890189",
        "FR76 3000 6000 0112 3456 7890 189",
        "DE89 3704 0044 0532 0130 00",
        "GB29 NWBK 6016 1331 9268 19",
        "be68 5390 0754 7034",
        "CH93-0076-2011-6238-5295-7",
        "ES9121000418450200051332",
        "NL91ABNA0417164300",
    ],
)
def test_an_iban_is_seen_exactly(book, iban):
    assert passages(book, f"RIB : {iban} merci") == [("iban", iban)]


@pytest.mark.parametrize(
    "text",
    [
        "FR7630006000011234567890188",
        "FR76 3000 6000 0112 3456 7890",
        "DE89 3704 0044 0532 0130 01",
        "FR76",
        "AB12 CDEF GHIJ KLMN",
        "ref FR2024ABCDEFGHIJKL",
    ],
)
def test_what_has_the_wrong_checksum_is_no_iban(book, text):
    assert passages(book, text) == []


def test_text_after_an_iban_is_not_part_of_it():
    assert iban_length("de89 3704 0044 0532 0130 00 merci") == len("de89 3704 0044 0532 0130 00")
    assert iban_length("fr76 3000") == 0


@pytest.mark.parametrize(
    ("number", "right"), [("255081416802538", True), ("255081416802539", False)]
)
def test_the_key_of_a_nir(number, right):
    assert is_nir(number) is right


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Écrivez à jean@example.org.", "jean@example.org"),
        ("JEAN.DUPONT+x@Mail.Example.COM ou rien", "JEAN.DUPONT+x@Mail.Example.COM"),
        ("<mailto:a.b@example.net>", "a.b@example.net"),
    ],
)
def test_a_mail_address_is_seen_exactly(book, text, address):
    assert ("email_address", address) in passages(book, text)


@pytest.mark.parametrize("text", ["@marie bonjour", "a@b", "prix @ 5 euros", "x @ example.org"])
def test_an_at_sign_is_no_mail_address(book, text):
    assert passages(book, text) == []
