"""What a role may hold here."""

VIEW = "bookings.view"
MANAGE = "bookings.manage"
ASSIST = "bookings.assist"
