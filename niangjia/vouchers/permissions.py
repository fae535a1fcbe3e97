"""What a role may hold here."""

VIEW = "vouchers.view"
REDEEM = "vouchers.redeem"
MANAGE = "vouchers.manage"
