"""Under which keyed hashes and pieces a person is found without opening what is sealed."""

from niangjia.core.crypto import blind_index

ID_NUMBER = "members.member.id_number"
ID_TAIL = "members.member.id_tail"
PHONE = "members.member.phone"
ADDRESS = "members.household.address"


def id_number_index(text: str) -> bytes:
    """For a number in its normal form of 18 characters."""
    return blind_index(ID_NUMBER, text)


def id_tail_index(tail: str) -> bytes:
    """For the last four characters of an ID number."""
    return blind_index(ID_TAIL, tail.upper())


def phone_index(text: str) -> bytes | None:
    """For a phone in normal form; none for no phone."""
    return blind_index(PHONE, text) if text else None


def address_index(text: str) -> bytes:
    """For an address as compared."""
    return blind_index(ADDRESS, text)


def bigrams(name: str) -> list[str]:
    """The pairs of neighbours in a name, each once, in order; a name of one character is its own pair."""
    pairs = [name[at : at + 2].lower() for at in range(len(name) - 1)] or [name.lower()]
    return list(dict.fromkeys(pairs))
