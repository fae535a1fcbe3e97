"""Pages: the member's card, the helper's counter, the service points."""
