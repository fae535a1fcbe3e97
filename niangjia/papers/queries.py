"""Which words a paper takes."""

from niangjia.core.access import Actor
from niangjia.org.models import Organization
from niangjia.papers.documents import Document, Paragraph
from niangjia.papers.kinds import Kind, Wording, registered
from niangjia.papers.models import Template
from niangjia.papers.permissions import CHANGE


def own_wording(kind: str, organization: Organization) -> Template | None:
    """The organisation's own words, or those of the nearest unit above it that has some."""
    labels = organization.path.rstrip(".").split(".")
    above = [".".join(labels[: n + 1]) + "." for n in range(len(labels))]
    templates = Template.objects.filter(kind=kind, organization_path__in=above).select_related("organization")
    return max(templates, key=lambda template: len(template.organization_path), default=None)


def wording(kind: str, organization: Organization) -> Wording:
    """The words in force for ``organization``."""
    own = own_wording(kind, organization)
    return own.wording if own else registered[kind].wording


def places(actor: Actor) -> list[Organization]:
    """The units at the top of what ``actor`` may change the wording of."""
    return list(Organization.objects.filter(path__in=actor.paths(CHANGE)))


def sample(kind: Kind, words: Wording) -> Document:
    """A paper with these words and, in the places, what will stand there."""
    shown = words.filled({name: f"〔{label}〕" for name, label in kind.places.items()})
    blocks = [Paragraph(str(text)) for text in (shown.opening, shown.closing) if text]
    return Document(
        title=str(shown.title),
        blocks=blocks,
        letterhead=str(shown.letterhead),
        addressee=str(shown.addressee),
        signatory=str(shown.signatory),
    )
