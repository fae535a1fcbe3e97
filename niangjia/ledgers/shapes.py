"""What programs are told of stock, here and in the apps above."""

from ninja import Field, Schema


class BalanceOut(Schema):
    """The conservation line: bought = held + allotted + booked + handed out + returned + lost."""

    bought: int
    held: int
    allotted: int
    booked: int
    handed_out: int
    returned: int
    lost: int
    moved: int = Field(description="What came in from another purpose or place, where only one is asked for.")
    balances: bool
