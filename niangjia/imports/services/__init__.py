"""Every write about imports: taking a file in, choosing its columns, checking, committing, discarding, forgetting."""

from niangjia.imports.services.checking import check_batch, choose_mapping, mark_file
from niangjia.imports.services.committing import commit_batch, start_commit
from niangjia.imports.services.receiving import RETENTION, discard_batch, forget_batches, hand_out_marked, receive_file

__all__ = [
    "RETENTION",
    "check_batch",
    "choose_mapping",
    "commit_batch",
    "discard_batch",
    "forget_batches",
    "hand_out_marked",
    "mark_file",
    "receive_file",
    "start_commit",
]
