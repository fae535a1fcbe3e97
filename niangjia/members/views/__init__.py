"""Doors of the registry: the officers' pages, and a member's own."""

from niangjia.members.views.changing import (
    member_change,
    member_new,
    member_reveal,
    member_state,
    member_transfer,
)
from niangjia.members.views.corrections import correction_detail, correction_list
from niangjia.members.views.own import own_data
from niangjia.members.views.people import member_detail, member_list

__all__ = [
    "correction_detail",
    "correction_list",
    "member_change",
    "member_detail",
    "member_list",
    "member_new",
    "member_reveal",
    "member_state",
    "member_transfer",
    "own_data",
]
