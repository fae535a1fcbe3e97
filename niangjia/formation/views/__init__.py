"""The pages of founding and re-election, by what they are about."""
