"""News that apps above may listen to. A receiver that raises a refusal stops the hand-over, which is rolled back."""

from django.dispatch import Signal

# Sent inside the transaction, after the redemption has been written: voucher, redemption, actor.
redeemed = Signal()

# Sent inside the transaction, after the undoing has been written: voucher, redemption (the undone one), actor, reason.
redemption_undone = Signal()
