"""What a role may hold here."""

VIEW = "org.view"
MANAGE = "org.manage"
