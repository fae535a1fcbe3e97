"""What a role may hold here."""

VIEW = "notices.view"
MANAGE = "notices.manage"
ANSWER = "notices.answer"
