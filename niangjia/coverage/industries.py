"""Industries, by the code that the union statistics use: the twenty sections of GB/T 4754-2017, counted through."""

from django.utils.translation import gettext_lazy as _

from niangjia.core.errors import Text

NAMES: dict[str, Text] = {
    "01": _("Agriculture, forestry, animal husbandry and fishery"),
    "02": _("Mining"),
    "03": _("Manufacturing"),
    "04": _("Electricity, heat, gas and water"),
    "05": _("Construction"),
    "06": _("Wholesale and retail"),
    "07": _("Transport, storage and post"),
    "08": _("Accommodation and catering"),
    "09": _("Information transmission, software and IT services"),
    "10": _("Finance"),
    "11": _("Real estate"),
    "12": _("Leasing and business services"),
    "13": _("Research and technical services"),
    "14": _("Water, environment and public facilities"),
    "15": _("Resident services, repair and other services"),
    "16": _("Education"),
    "17": _("Health and social work"),
    "18": _("Culture, sports and entertainment"),
    "19": _("Public administration, social security and social organisations"),
    "20": _("International organisations"),
}


def name_of(code: str) -> Text:
    """The section's name; a code that is none of them stands for itself."""
    return NAMES.get(code, code)
