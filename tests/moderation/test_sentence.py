def test_a_rule_in_one_language_and_without_an_adjective_is_said_in_full():
    own = (
        '[rules.chess]\ngravity = 1\nhold = 0.5\nsays.fr = "Pas d’échecs."\nwords.fr = ["roque"]\n'
    )
    rules = load(default_rules(), own)
    for lang in ("fr", "en"):
        assert rules.sentence(lang).endswith(". Pas d’échecs.")
