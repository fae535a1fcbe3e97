"""News that apps above may listen to."""

from django.dispatch import Signal

# Sent inside the transaction of a move, after the tree's own rows and every copy of their paths have followed:
# organization, old_path, new_path.
unit_moved = Signal()
