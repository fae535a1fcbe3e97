"""What a role may hold here."""

VIEW = "coverage.view"
MANAGE = "coverage.manage"
