"""A member's first log-in: who has shown that the phone is hers is matched with the roster."""

from datetime import datetime

from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import phones
from niangjia.core.cleaning import compact, person_name
from niangjia.core.errors import DomainError
from niangjia.core.transactions import whole
from niangjia.identity import services as identity
from niangjia.identity.models import User
from niangjia.members.indexes import id_tail_index, phone_index
from niangjia.members.models import Member


class ClaimRefused(DomainError):
    """Nobody, or more than one, fits. The refusal is the same for every reason, so that it gives nothing away."""

    code = "claim-refused"
    status = 403


def _refusal() -> ClaimRefused:
    return ClaimRefused(
        _("We did not find you in the roster with these details."),
        remedy=_("Check the name and the last four characters of your ID, or ask your union to correct your record."),
    )


@whole
def claim_account(*, phone: str, name: str, id_tail: str, at: datetime) -> User:
    """The account of the one live member whom name, last four of the ID and phone fit; raises ``ClaimRefused``.

    The caller has proven that ``phone`` is in the visitor's hands, and limits how often it may be tried. A member
    whose roster entry has no phone is found only when name and last four fit nobody else, and history says so.
    """
    phone = phones.normal(phone)
    member = _matching(phone, name, id_tail)
    user = _account_for(member, phone)
    if member.user_id != user.pk:
        member.user = user
        member.save(update_fields=["user", "updated_at"])
    audit.record(user, "members.member.claim", member, roster_had_phone=bool(member.phone_index), at=at)
    return user


def _matching(phone: str, name: str, id_tail: str) -> Member:
    found = list(
        Member.objects.live()
        .select_for_update(of=["self"])
        .filter(name=person_name(name), id_tail_index=id_tail_index(compact(id_tail)))[:20]
    )
    wanted = phone_index(phone)
    with_phone = [member for member in found if member.phone_index and bytes(member.phone_index) == wanted]
    if len(with_phone) == 1:
        return with_phone[0]
    if len(found) == 1 and not found[0].phone_index:
        return found[0]
    raise _refusal()


def _account_for(member: Member, phone: str) -> User:
    """Her account, under this phone. A number that an earlier owner left behind is freed; a shared one is not."""
    index = identity.phone_index(phone)
    holder = User.objects.select_for_update(of=["self"]).filter(phone_index=index).first()
    own: User | None = member.user
    if holder and (own is None or holder.pk == own.pk) and not _belongs_to_another(holder, member):
        if not holder.is_active:
            raise _refusal()
        return holder
    if own and not own.is_active:
        raise _refusal()
    if holder:
        _free(holder, member)
    if own is None:
        return identity.create_user(name=member.name, phone=phone, actor=None)
    own.phone, own.phone_index = phone, index
    own.save(update_fields=["phone", "phone_index"])
    audit.record(None, "identity.user.change_phone", own)
    return own


def _belongs_to_another(holder: User, member: Member) -> bool:
    return Member.objects.filter(user=holder).exclude(pk=member.pk).exists()


def _free(holder: User, member: Member) -> None:
    """Take the number from an account whose member no longer has it in the roster."""
    other = Member.objects.filter(user=holder).exclude(pk=member.pk).first()
    if other is None or other.phone_index is None or member.phone_index is None:
        raise _refusal()
    if bytes(other.phone_index) == bytes(member.phone_index):
        raise _refusal()
    holder.phone, holder.phone_index = "", None
    holder.save(update_fields=["phone", "phone_index"])
    audit.record(None, "identity.user.free_phone", holder)
