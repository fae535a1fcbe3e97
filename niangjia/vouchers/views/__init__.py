"""Pages: the member's card, the helper's counter, the places of collection."""
