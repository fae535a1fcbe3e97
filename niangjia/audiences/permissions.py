"""What a role may hold here."""

VIEW = "audiences.view"
DEFINE = "audiences.define"
FREEZE = "audiences.freeze"
