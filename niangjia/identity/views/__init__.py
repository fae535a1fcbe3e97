"""Doors of log-in and of accounts: a member's way in, and the officers' pages about people."""
