"""The pages of programmes, by who reads them: staff, members, everybody."""
