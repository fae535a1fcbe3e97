"""News that apps above may listen to, sent inside the transaction, while the tree is held."""

from django.dispatch import Signal

# After the tree's own rows and every copy of their paths have followed:
# organization, old_path, new_path, old_parent, new_parent, on (since when it hangs there), moment (of recording).
unit_moved = Signal()

# A unit was founded, changed, closed or opened again, as it was recorded:
# organization, before, after (its standings as they were believed and now are), moment.
unit_restated = Signal()
