"""News that apps above may listen to; sent inside the transaction that made it true."""

from django.dispatch import Signal

# A membership has ended (withdrawn, expelled, deceased …): member, organization (of the ended membership), state, on.
member_left = Signal()

# A person's membership has moved to another union: member, origin, destination, on.
member_transferred = Signal()
