"""A member says what is wrong in her record; her union answers."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from niangjia.audit import services as audit
from niangjia.core import access
from niangjia.core.access import Actor
from niangjia.core.cleaning import tidy
from niangjia.core.errors import DomainError, InvalidInput, NotPermitted
from niangjia.core.states import advance
from niangjia.core.transactions import whole
from niangjia.identity.models import User
from niangjia.members.models import CORRECTION_TRANSITIONS, CorrectionRequest, CorrectionStatus, Member
from niangjia.members.permissions import CHANGE
from niangjia.notices import services as notices

LENGTH = 500


@whole
def request_correction(member: Member, *, text: str, actor: Actor) -> CorrectionRequest:
    """Ask one's union to correct one's own record; one open request at a time."""
    if member.user_id is None or member.user_id != actor.pk:
        raise NotPermitted(_("You can ask for a correction of your own record only."))
    text = tidy(text)
    if not 2 <= len(text) <= LENGTH:
        raise InvalidInput(_("Say in 2 to 500 characters what is wrong and how it should read."), field="text")
    try:
        with transaction.atomic():
            request = CorrectionRequest.objects.create(
                member=member,
                organization_id=member.organization_id,
                organization_path=member.organization_path,
                text=text,
            )
    except IntegrityError:
        raise DomainError(
            _("Your union has not yet answered your last request."),
            remedy=_("Wait for the answer, or call your union."),
            code="correction-open",
        ) from None
    audit.record(actor, "members.correction.request", request)
    return request


@whole
def decide_correction(
    request: CorrectionRequest, *, accepted: bool, answer: str, at: datetime, actor: Actor
) -> CorrectionRequest:
    """Answer a request. The record itself is changed by ``change_member``, before."""
    access.require(actor, CHANGE, request.organization)
    request = CorrectionRequest.objects.select_for_update(of=["self"]).get(pk=request.pk)
    answer = tidy(answer)
    if not accepted and not answer:
        raise InvalidInput(_("Say why the record stays as it is."), field="answer")
    to = CorrectionStatus.ACCEPTED if accepted else CorrectionStatus.DECLINED
    advance(request, to, CORRECTION_TRANSITIONS)
    request.answer, request.decided_by_id, request.decided_at = answer[:300], actor.pk, at
    request.save(update_fields=["status", "answer", "decided_by", "decided_at"])
    audit.record(actor, f"members.correction.{to.value}", request)
    user: User | None = request.member.user
    if user:
        title = _("Your data have been corrected") if accepted else _("Your data stay as they are")
        notices.tell(user, title=title, body=answer or title, link=reverse("members:own"))
    return request
