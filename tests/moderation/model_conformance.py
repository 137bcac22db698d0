"""What every trained model must hold to. Called by the tests of each model; here by a toy's."""

from palabre.domain.decision import SCORES

TEXTS = (
    "",
    " ",
    "Bonjour à tous.",
    "Un texte où rien ne se passe, sinon un été.",
    "👩‍👩‍👧 🇫🇷",
    "a" * 20_000,
    "e\u0301\u0301\u0301",
    "مرحبا",
    "\u200b",
)
LANGS = ("fr", "en", "xx", None)


def check_model(model):
    """Fail when ``model`` breaks a promise of ``palabre.moderation.model.Model``."""
    assert isinstance(model.name, str)
    assert model.name
    assert isinstance(model.version, str)
    assert model.version
    assert isinstance(model.languages, frozenset)
    assert all(len(lang) in {2, 3} and lang.islower() for lang in model.languages)
    for text in TEXTS:
        for lang in LANGS:
            scores = model.scores(text, lang)
            assert set(scores) <= set(SCORES)
            assert all(isinstance(score, float) for score in scores.values())
            assert all(0.0 <= score <= 1.0 for score in scores.values())
            assert dict(model.scores(text, lang)) == dict(scores)
