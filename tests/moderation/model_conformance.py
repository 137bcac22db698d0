"""What every trained model must hold to. Called by the tests of each model; here by a toy's."""

from concurrent.futures import ThreadPoolExecutor

from palabre.domain.decision import SCORES, Span

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
    check_name(model)
    for text in TEXTS:
        for lang in LANGS:
            scored = model.read(text, lang)
            check_scores(scored.scores)
            assert model.read(text, lang) == scored
            for window in scored.windows:
                assert 0 <= window.begin < window.end <= len(text)
            located = model.locate(text, lang, list(scored.scores))
            assert set(located) <= set(scored.scores)
            for spans in located.values():
                assert list(spans) == sorted(spans)
                assert all(isinstance(span, Span) for span in spans)
                assert all(0 <= span.begin < span.end <= len(text) for span in spans)
    alone = [model.read(text, "fr") for text in TEXTS]
    with ThreadPoolExecutor(4) as threads:
        beside = list(threads.map(lambda text: model.read(text, "fr"), TEXTS * 4))
    assert beside == alone * 4


def check_first_look(look):
    """Fail when ``look`` breaks a promise of ``palabre.moderation.model.FirstLook``."""
    check_name(look)
    for text in TEXTS:
        for lang in LANGS:
            scores = look.settle(text, lang)
            assert look.settle(text, lang) == scores
            if scores is not None:
                check_scores(scores)


def check_name(model):
    assert isinstance(model.name, str)
    assert model.name
    assert isinstance(model.version, str)
    assert model.version


def check_scores(scores):
    assert set(scores) <= set(SCORES)
    assert all(isinstance(score, float) for score in scores.values())
    assert all(0.0 <= score <= 1.0 for score in scores.values())
