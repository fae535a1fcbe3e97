"""Which unions cover employers, and how."""

from niangjia.coverage.models import How
from niangjia.org.models import Kind, Organization

HOW: dict[str, How] = {
    Kind.SINGLE: How.SINGLE,
    Kind.JOINT: How.JOINT,
    Kind.INDUSTRIAL: How.JOINT,
    Kind.ASSOCIATION: How.JOINT,
}


def how_covered(union: Organization) -> How | None:
    """How a primary union covers those who are entered at it; nothing for federations, pools and groups."""
    return HOW.get(union.kind) if union.level == "primary" else None
