"""What a role may hold here."""

VIEW = "ledgers.view"
MANAGE = "ledgers.manage"
