"""What a role may hold here."""

VIEW = "members.view"
IMPORT = "members.import"
CHANGE = "members.change"
REVEAL = "members.reveal"
EXPORT = "members.export"
