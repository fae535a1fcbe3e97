"""Doors of messages, of notices, and of letters to the union."""

from niangjia.notices.views.letters import feedback_answer, feedback_list, letter_detail, letter_new
from niangjia.notices.views.messages import message_detail, message_list, message_read_all
from niangjia.notices.views.notices import (
    notice_change,
    notice_list,
    notice_new,
    notice_publish,
    notice_withdraw,
    public_detail,
    public_list,
)

__all__ = [
    "feedback_answer",
    "feedback_list",
    "letter_detail",
    "letter_new",
    "message_detail",
    "message_list",
    "message_read_all",
    "notice_change",
    "notice_list",
    "notice_new",
    "notice_publish",
    "notice_withdraw",
    "public_detail",
    "public_list",
]
