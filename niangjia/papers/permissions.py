"""What a role may hold here."""

VIEW = "papers.view"
CHANGE = "papers.change"
