"""Which words a paper takes."""

from niangjia.org.models import Organization
from niangjia.papers.kinds import Wording, registered
from niangjia.papers.models import Template


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
