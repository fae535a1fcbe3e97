"""Pages of rules, audiences and frozen lists."""
