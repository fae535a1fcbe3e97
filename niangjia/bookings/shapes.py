"""What programs get about bookings in more than one place."""

from datetime import datetime
from uuid import UUID

from ninja import Field, Schema

from niangjia.bookings.models import Channel, EntryState


class LineEntryOut(Schema):
    """Somebody in line, without a name: the ticket stands for the person."""

    id: UUID
    offer_id: UUID
    ticket: str = Field(description="What stands for the person on the published list of a draw.")
    state: EntryState
    channel: Channel
    position: int | None = Field(description="The place in line: the order of joining, or what the draw has made.")
    quantity: int
    entered_at: datetime
    answer_until: datetime | None
    booking_id: UUID | None
