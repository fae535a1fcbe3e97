"""Copies of letters as text messages."""

from niangjia.core import senders
from niangjia.jobs.queue import worker
from niangjia.notices.models import Message


@worker("notices.send_text")
def send_text(message: str) -> None:
    """What the gateway refuses is tried again; a text twice is better than none."""
    letter = Message.objects.select_related("user").get(pk=message)
    senders.send(phone=str(letter.user.phone), text=letter.title)
