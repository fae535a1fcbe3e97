"""What a role may hold here."""

VIEW = "insights.view"
DEFINE = "insights.define"
REPORT = "insights.report"
APPROVE = "insights.approve"
