"""What a role may hold here. ``APPROVE`` counts at the union above, never at the unit that asks."""

VIEW = "formation.view"
MANAGE = "formation.manage"
APPROVE = "formation.approve"
