"""Where an account may do what: its duties, as the lists of the desk are bounded by them."""

from palabre.application.ports import UnitOfWork
from palabre.application.work_ports import Place
from palabre.domain.permission import TABLE, Task
from palabre.domain.person import Moderator


def places_of(unit: UnitOfWork, moderator: Moderator, task: Task) -> tuple[Place, ...]:
    """Return where the account may do this."""
    sites = [site.id for site in unit.sites.all()]
    found: dict[Place, None] = {}
    for duty in moderator.all_duties:
        if duty.role not in TABLE[task]:
            continue
        for site_id in sites if duty.site_id is None else [duty.site_id]:
            found[site_id, duty.section_id] = None
    return tuple(found)
