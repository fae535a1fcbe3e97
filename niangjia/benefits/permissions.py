"""What a role may hold here."""

VIEW = "benefits.view"
PLAN = "benefits.plan"
PUBLISH = "benefits.publish"
HAND_OUT = "benefits.hand_out"
REPORT = "benefits.report"
