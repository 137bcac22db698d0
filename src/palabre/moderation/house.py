"""What commands judge by: the rules and models of Palabre, under a house's own rules."""

from palabre.moderation.models.shelf import Shelf
from palabre.moderation.models.vectors import ShelvedVectors
from palabre.moderation.rulebook import SITE_NAME, RuleBook, default_rules, load, model_rules


def house_rules(own: str | None, shelf: Shelf, *, site_name: str = SITE_NAME) -> RuleBook:
    """Return the rules in force; ``own`` is the text of the house's file, None without one.

    The models of ``shelf`` are not opened here, but for a rule by example, which learns from the
    encoder's vectors. Raises ``RulesError``.
    """
    return load(
        default_rules(),
        own,
        reading=model_rules(),
        models=(shelf.encoder,) if shelf.encoder else (),
        first_look=shelf.linear,
        vectors=ShelvedVectors(shelf.encoder, shelf.folder) if shelf.encoder else None,
        site_name=site_name,
    )
