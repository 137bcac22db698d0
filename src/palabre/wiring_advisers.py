"""Advisers put together from the settings; none of them without an address there."""

from pathlib import Path

from palabre.application.advise import Advise, DayLimits
from palabre.application.adviser_ports import Adviser
from palabre.application.ports import Clock, Store
from palabre.moderation.rulebook import RuleBook
from palabre.notify.advisers import AkismetAdviser, ChatAdviser
from palabre.settings import Settings, SettingsError, private_text


def advisers_of(settings: Settings, folder: Path, rules: RuleBook) -> tuple[Adviser, ...]:
    """Return whom the settings name."""
    given = settings.advisers
    lang = settings.sites[0].lang.partition("-")[0] if settings.sites else None
    made: list[Adviser] = []
    if given.akismet_url:
        key = _secret(folder, given.akismet_key, given.akismet_key_file)
        made.append(AkismetAdviser(url=given.akismet_url, key=key, timeout=given.timeout))
    if given.chat_url:
        made.append(
            ChatAdviser(
                url=given.chat_url,
                model=given.chat_model,
                rules={rule.id: rule.sentence(lang) for rule in rules.rules if rule.enforced},
                key=_secret(folder, given.chat_key, given.chat_key_file),
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


def _secret(folder: Path, given: str, file: str) -> str:
    if given or not file:
        return given
    try:
        return private_text(folder / file)
    except FileNotFoundError:
        raise SettingsError(f"{folder / file}: no such file; [advisers] names it") from None
