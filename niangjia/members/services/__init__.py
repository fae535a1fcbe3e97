"""Every write about people and their membership."""

from niangjia.members.services.changing import (
    Changes,
    TransferRefused,
    change_many,
    change_member,
    change_state,
    record_export,
    reveal_member,
    transfer_member,
)
from niangjia.members.services.claiming import ClaimRefused, claim_account
from niangjia.members.services.correcting import decide_correction, request_correction
from niangjia.members.services.occupations import ensure_occupations
from niangjia.members.services.registering import AlreadyRegistered, NewMember, register_many, register_member

__all__ = [
    "AlreadyRegistered",
    "Changes",
    "ClaimRefused",
    "NewMember",
    "TransferRefused",
    "change_many",
    "change_member",
    "change_state",
    "claim_account",
    "decide_correction",
    "ensure_occupations",
    "record_export",
    "register_many",
    "register_member",
    "request_correction",
    "reveal_member",
    "transfer_member",
]
