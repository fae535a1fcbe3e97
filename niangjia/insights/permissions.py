"""What a role may hold here."""

VIEW = "insights.view"
DEFINE = "insights.define"
