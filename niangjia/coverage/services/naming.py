"""Names and codes of employers, as they are kept."""

from django.utils.translation import gettext as _

from niangjia.core.cleaning import narrow, tidy
from niangjia.core.errors import InvalidInput
from niangjia.coverage import credit_code as codes

NAME_LENGTH = 120


def employer_name(text: str) -> str:
    """A name as it is compared: half-width but for Chinese brackets, no spaces between Chinese characters."""
    name = tidy(narrow(text)).replace("(", "（").replace(")", "）")
    return name if name.isascii() else name.replace(" ", "")


def checked_credit_code(text: str) -> str:
    """The code as it is kept, or a refusal that says what is wrong with it; nothing stays nothing."""
    if not text.strip():
        return ""
    try:
        return codes.parse(text).text
    except codes.CreditCodeWrong as wrong:
        reasons = {
            codes.Fault.LENGTH: _("A credit code has 18 characters."),
            codes.Fault.CHARACTERS: _("A credit code has digits and capital letters, but never I, O, S, V or Z."),
            codes.Fault.AUTHORITY: _("No authority gives credit codes that begin like this one."),
            codes.Fault.CHECK: _("The last character of this credit code should be %(expected)s.")
            % {"expected": wrong.expected},
        }
        raise InvalidInput(
            reasons[wrong.fault], field="credit_code", remedy=_("Compare it with the licence."), code=wrong.fault.value
        ) from None
