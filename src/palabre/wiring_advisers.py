"""Advisers put together from the settings; none of them without an address there."""

from pathlib import Path

from palabre.application.advise import Advise, DayLimits
from palabre.application.adviser_ports import Adviser
from palabre.application.ports import Clock, Store
from palabre.moderation.rulebook import RuleBook
from palabre.notify.advisers import AkismetAdviser, ChatAdviser
from palabre.settings import Settings, named_secret


def advisers_of(settings: Settings, folder: Path, rules: RuleBook) -> tuple[Adviser, ...]:
    """Return whom the settings name."""
    given = settings.advisers
    lang = settings.sites[0].lang.partition("-")[0] if settings.sites else None
    made: list[Adviser] = []
    if given.akismet_url:
        key = given.akismet_key
        if not key and given.akismet_key_file:
            key = named_secret(folder, given.akismet_key_file, "[advisers] akismet_key_file")
        made.append(AkismetAdviser(url=given.akismet_url, key=key, timeout=given.timeout))
    if given.chat_url:
        key = given.chat_key
        if not key and given.chat_key_file:
            key = named_secret(folder, given.chat_key_file, "[advisers] chat_key_file")
        made.append(
            ChatAdviser(
                url=given.chat_url,
                model=given.chat_model,
                rules={rule.id: rule.sentence(lang) for rule in rules.rules if rule.enforced},
                key=key,
                timeout=given.timeout,
            )
        )
    return tuple(made)


def advise_of(
    settings: Settings, folder: Path, store: Store, clock: Clock, rules: RuleBook
) -> Advise | None:
    """Return what asks them; None where there are none."""
    advisers = advisers_of(settings, folder, rules)
    if not advisers:
        return None
    given = settings.advisers
    limits = DayLimits(
        calls=given.calls_a_day, tokens=given.tokens_a_day, seconds=given.seconds_a_day
    )
    return Advise(store=store, clock=clock, advisers=advisers, limits=limits)
