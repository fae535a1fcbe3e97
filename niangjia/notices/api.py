"""My messages, public notices, and what people write to a union, for programs."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Router, Schema, Status
from ninja.pagination import paginate
from pydantic import StringConstraints

from niangjia.core import access
from niangjia.core.shapes import TOO_MANY, In, Line60, Line100, Name120, UnitOut
from niangjia.identity.http import UserRequest
from niangjia.identity.models import User
from niangjia.notices import queries, services
from niangjia.notices.http import count_letter
from niangjia.notices.models import Feedback, FeedbackKind, FeedbackStatus, Message, PublicNotice
from niangjia.notices.permissions import VIEW
from niangjia.org.http import visible_unit
from niangjia.org.models import OrganizationQuerySet

router = Router()
notices = Router()
feedback = Router()
letters = Router(auth=None)

Ticket = Annotated[str, StringConstraints(max_length=40)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000, pattern=r"\S")]
Body = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000, pattern=r"\S")]


class MessageOut(Schema):
    id: UUID
    title: str
    body: str
    link: str
    sent_at: datetime
    read_at: datetime | None


class ReadOut(Schema):
    read: int


class NoticeOut(Schema):
    id: UUID
    organization: UnitOut
    title: str
    body: str
    published_at: datetime | None
    until: date | None


class NoticeChanges(In):
    title: Name120
    body: Body
    until: date | None = None


class NoticeIn(NoticeChanges):
    organization_id: UUID


class FeedbackOut(Schema):
    """A letter to a union. How to reach its writer is said on the page alone."""

    id: UUID
    organization: UnitOut
    kind: FeedbackKind
    status: FeedbackStatus
    text: str
    name: str
    received_at: datetime
    due_on: date
    reply: str
    replied_by: str
    replied_at: datetime | None


class LetterIn(In):
    """A letter to one of the unions that take them. Name and contact are welcome, and not required."""

    organization_id: UUID
    kind: FeedbackKind
    text: Words
    name: Line60 = ""
    contact: Line100 = Field("", description="Only if one may be contacted. It is stored encrypted.")


class LetterOut(Schema):
    """A letter as its writer sees it. Who has no account keeps the ticket: with it the answer is read."""

    ticket: str
    organization: UnitOut
    kind: FeedbackKind
    status: FeedbackStatus
    text: str
    received_at: datetime
    due_on: date
    reply: str
    replied_by: str
    replied_at: datetime | None


class ReplyIn(In):
    reply: Body


# Messages ----------------------------------------------------------------------------------------------------------
@router.get("", response=list[MessageOut], summary="My messages, the latest first")
@paginate
def message_list(request: UserRequest, unread: bool = False) -> "QuerySet[Any]":
    rows = Message.objects.visible_to(request.user)
    return rows.unread() if unread else rows


@router.get("/{uuid:message_id}", response=MessageOut, summary="One message; it stays unread")
def message_detail(request: UserRequest, message_id: UUID) -> Message:
    message: Message = get_object_or_404(Message.objects.visible_to(request.user), pk=message_id)
    return message


@router.post("/{uuid:message_id}/read", response=MessageOut, summary="Mark a message as read")
def message_read(request: UserRequest, message_id: UUID) -> Message:
    return services.read_message(message_detail(request, message_id), actor=request.user, at=timezone.now())


@router.post("/read", response=ReadOut, summary="Mark all my messages as read")
def message_read_all(request: UserRequest) -> dict[str, int]:
    return {"read": services.read_all(actor=request.user, at=timezone.now())}


# Notices -----------------------------------------------------------------------------------------------------------
@notices.get("/public", response=list[NoticeOut], auth=None, summary="What everybody may read now")
@paginate
def notice_public(request: HttpRequest) -> "QuerySet[Any]":
    return queries.public_notices(timezone.now())


@notices.get("", response=list[NoticeOut], summary="Notices of the units that I look after, drafts too")
@paginate
def notice_list(request: UserRequest) -> "QuerySet[Any]":
    access.require_anywhere(request.user, VIEW)
    return _kept(request)


@notices.get("/{uuid:notice_id}", response=NoticeOut, summary="One notice that I look after")
def notice_detail(request: UserRequest, notice_id: UUID) -> PublicNotice:
    notice: PublicNotice = get_object_or_404(_kept(request), pk=notice_id)
    return notice


@notices.post("", response={201: NoticeOut}, summary="Draft a notice")
def notice_create(request: UserRequest, data: NoticeIn) -> Status[PublicNotice]:
    unit = visible_unit(request.user, data.organization_id)
    fields = data.dict(exclude={"organization_id"})
    return Status(201, services.draft_notice(organization=unit, actor=request.user, **fields))


@notices.put("/{uuid:notice_id}", response=NoticeOut, summary="Change the words or the last day of a notice")
def notice_change(request: UserRequest, notice_id: UUID, data: NoticeChanges) -> PublicNotice:
    services.change_notice(notice_detail(request, notice_id), actor=request.user, **data.dict())
    return notice_detail(request, notice_id)


@notices.post("/{uuid:notice_id}/publish", response=NoticeOut, summary="Show a notice to everybody")
def notice_publish(request: UserRequest, notice_id: UUID) -> PublicNotice:
    services.publish_notice(notice_detail(request, notice_id), actor=request.user, at=timezone.now())
    return notice_detail(request, notice_id)


@notices.post("/{uuid:notice_id}/withdraw", response=NoticeOut, summary="Make a notice a draft again")
def notice_withdraw(request: UserRequest, notice_id: UUID) -> PublicNotice:
    services.withdraw_notice(notice_detail(request, notice_id), actor=request.user)
    return notice_detail(request, notice_id)


# Letters to the union ----------------------------------------------------------------------------------------------
@feedback.get("", response=list[FeedbackOut], summary="Letters to the units I answer for, and my own")
@paginate
def feedback_list(
    request: UserRequest, status: FeedbackStatus | None = None, kind: FeedbackKind | None = None
) -> "QuerySet[Any]":
    wanted = {"status": status, "kind": kind}
    return _letters(request).filter(**{name: value for name, value in wanted.items() if value})


@feedback.post("", response={201: LetterOut}, summary="Write a letter in my name", openapi_extra=TOO_MANY)
def feedback_send(request: UserRequest, data: LetterIn) -> Status[Feedback]:
    return Status(201, _sent(request, data, request.user))


@feedback.get("/{uuid:feedback_id}", response=FeedbackOut, summary="One letter")
def feedback_detail(request: UserRequest, feedback_id: UUID) -> Feedback:
    letter: Feedback = get_object_or_404(_letters(request), pk=feedback_id)
    return letter


@feedback.post("/{uuid:feedback_id}/answer", response=FeedbackOut, summary="Answer a letter")
def feedback_answer(request: UserRequest, feedback_id: UUID, data: ReplyIn) -> Feedback:
    letter = feedback_detail(request, feedback_id)
    services.answer_feedback(letter, reply=data.reply, actor=request.user, at=timezone.now())
    return feedback_detail(request, feedback_id)


# Letters of anybody ------------------------------------------------------------------------------------------------
@letters.get("/to", response=list[UnitOut], summary="The unions that take letters from anybody")
@paginate
def letter_box_list(request: HttpRequest) -> OrganizationQuerySet:
    return queries.units_to_write_to()


@letters.post("", response={201: LetterOut}, summary="Write a letter without saying who", openapi_extra=TOO_MANY)
def letter_send(request: HttpRequest, data: LetterIn) -> Status[Feedback]:
    """A session is not looked at: the letter belongs to whoever holds its ticket."""
    return Status(201, _sent(request, data, None))


@letters.get("/{ticket}", response=LetterOut, summary="A letter and its answer, by the ticket")
def letter_detail(request: HttpRequest, response: HttpResponse, ticket: Ticket) -> Feedback:
    letter = queries.letter_of(ticket)
    if letter is None:
        raise Http404
    response["Cache-Control"] = "no-store"
    return letter


def _sent(request: HttpRequest, data: LetterIn, user: User | None) -> Feedback:
    unit = get_object_or_404(queries.units_to_write_to(), pk=data.organization_id)
    count_letter(request)
    fields = data.dict(exclude={"organization_id"})
    return services.send_feedback(organization=unit, user=user, at=timezone.now(), **fields)


def _kept(request: UserRequest) -> "QuerySet[Any]":
    """A stranger's public notice is read under /public."""
    seen = PublicNotice.objects.visible_to(request.user).filter(access.scope(request.user, VIEW))
    return seen.select_related("organization")


def _letters(request: UserRequest) -> "QuerySet[Any]":
    return Feedback.objects.visible_to(request.user).select_related("organization")
