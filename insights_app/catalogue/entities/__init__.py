"""All screens of the app, and the menu that links to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from insights_app.catalogue.blocks import Entity
from insights_app.catalogue.entities.contacts import CONTACTS
from insights_app.catalogue.entities.deliverability import DELIVERABILITY
from insights_app.catalogue.entities.emails import EMAILS
from insights_app.catalogue.entities.engagement import ENGAGEMENT
from insights_app.catalogue.entities.home import HOME
from insights_app.catalogue.entities.journeys import JOURNEYS
from insights_app.catalogue.entities.leads import LEADS, SCORING_MODELS, WON_LEADS
from insights_app.catalogue.entities.operations import OPERATIONS
from insights_app.catalogue.entities.segments import SEGMENTS
from insights_app.catalogue.entities.web import FORMS, PAGES, REDIRECT_URLS, WEBSITES

ENTITIES: tuple[Entity, ...] = (
    *(HOME, EMAILS, JOURNEYS, CONTACTS, ENGAGEMENT, SEGMENTS, LEADS, WON_LEADS, SCORING_MODELS),
    *(PAGES, FORMS, WEBSITES, REDIRECT_URLS, DELIVERABILITY, OPERATIONS),
)
BY_PATH = {entity.path: entity for entity in ENTITIES}


@dataclass(frozen=True)
class MenuItem:
    """An entry of the menu: one screen, or several below a title."""

    title: str
    path: str = ""
    items: Sequence[tuple[str, str]] = field(default_factory=tuple)

    @property
    def paths(self) -> set[str]:
        """Return the paths of the screens below the title."""
        return {path for _, path in self.items}


def _below(title: str, *entities: Entity) -> MenuItem:
    return MenuItem(title, items=tuple((entity.title, entity.path) for entity in entities))


MENU = (
    MenuItem(HOME.title, HOME.path),
    MenuItem(EMAILS.title, EMAILS.path),
    MenuItem(JOURNEYS.title, JOURNEYS.path),
    _below("People", CONTACTS, ENGAGEMENT, SEGMENTS, LEADS, WON_LEADS, SCORING_MODELS),
    _below("Web", PAGES, FORMS, WEBSITES, REDIRECT_URLS),
    MenuItem(DELIVERABILITY.title, DELIVERABILITY.path),
    MenuItem(OPERATIONS.title, OPERATIONS.path),
)

__all__ = ["BY_PATH", "ENTITIES", "HOME", "MENU", "MenuItem"]
