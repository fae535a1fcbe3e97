"""The booking lane: ``POST /book/{programme}``, answered ahead of Django (docs/adr/0009-the-booking-lane.md)."""

from niangjia.bookings.lane.door import Door
from niangjia.bookings.lane.registry import PREFIX

__all__ = ["PREFIX", "Door"]
