"""News that apps above may listen to. A receiver that raises a refusal stops the hand-over, which is rolled back."""

from django.dispatch import Signal

# Sent inside the transaction, after the redemption has been written: voucher, redemption, actor,
# and ``held``, the source's own row, which is locked.
redeemed = Signal()

# Sent inside the transaction, after the undoing has been written: voucher, redemption (the undone one), actor, reason,
# and ``held`` as above.
redemption_undone = Signal()
