"""What a role may hold here."""

VIEW = "audit.view"
