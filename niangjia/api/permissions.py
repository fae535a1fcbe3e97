"""What a role may hold here."""

CONNECT = "api.connect"
