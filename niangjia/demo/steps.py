"""The steps of the demo, in order."""

from django.utils.translation import gettext_lazy as _

from niangjia.demo import registers
from niangjia.demo.loading import Step

STEPS = (
    Step("tree", _("Unions from the city down to the workshop"), 4, registers.make_tree),
    Step("accounts", _("Roles, log-ins, occupations"), 1, registers.make_accounts),
    Step("employers", _("Employers"), 2, registers.make_employers),
    Step("people", _("Invented workers"), 20, registers.register_people),
)
