"""What a role may hold here."""

VIEW = "files.view"
MANAGE = "files.manage"
