"""What a roster may say of a person, and what the registry has to say to that."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from niangjia.imports.registry import Field, Kind
from niangjia.imports.verdicts import Level, Message

E, W, I = Level.ERROR, Level.WARNING, Level.INFO  # noqa: E741 (the column of levels below)
MESSAGES: dict[str, Message] = {
    "elsewhere": Message(
        E,
        _(
            "this person is registered at a union outside yours; ask for a transfer of the membership instead of"
            " importing it."
        ),
    ),
    "elsewhere-named": Message(
        E, _("this person is registered at %(unit)s; transfer the membership on the member's page first.")
    ),
    "ended": Message(E, _("this membership has ended (%(state)s); let the person join again on the member's page.")),
    "name-differs": Message(
        W, _("this ID number is registered for %(masked)s; check both before the name is changed.")
    ),
    "sex-differs": Message(W, _("does not agree with the ID number, which counts; check both.")),
    "birth-differs": Message(W, _("does not agree with the ID number, which counts; check both.")),
    "joined-before-birth": Message(E, _("lies before the birth; correct the date.")),
    "employer-new": Message(W, _("“%(text)s” is not known yet and will be entered as a new employer.")),
    "employer-new-near": Message(
        W, _("“%(text)s” is not known yet and will be entered as a new employer; or do you mean %(near)s?")
    ),
    "employer-new-too": Message(I, _("“%(text)s” is entered as a new employer, as said in row %(row)d.")),
    "employer-not-permitted": Message(
        E, _("“%(text)s” is not known, and your role may not enter employers; ask a colleague who may.")
    ),
    "employer-shape": Message(E, _("the name of an employer has 2 to 120 characters; correct it.")),
    "phone-in-file": Message(
        W, _("stands in row %(row)d too; each member logs in with a number of her own, so check both.")
    ),
    "phone-of-another": Message(
        W, _("is registered for another member; each member logs in with a number of her own, so check it.")
    ),
    "transfer-not-permitted": Message(
        E, _("is registered at %(unit)s, and your role may not transfer memberships; ask a colleague who may.")
    ),
}

FIELDS = (
    Field("name", pgettext_lazy("person", "Name"), Kind.PERSON_NAME, required=True, longest=60, example="王小明"),
    Field("id_number", _("ID number"), Kind.ID_NUMBER, required=True, wordings=("公民身份号码",), example="18 位"),
    Field("phone", _("Mobile number"), Kind.PHONE, wordings=("移动电话",), example="13800000000"),
    Field("sex", _("Sex"), Kind.SEX, example="女"),
    Field("birth_on", _("Birth date"), Kind.DATE, example="1988-08-08"),
    Field("organization", _("Union"), Kind.ORGANIZATION, wordings=("工会名称",)),
    Field("employer", _("Employer"), Kind.EMPLOYER, wordings=("用人单位",), longest=120),
    Field("occupation", _("Occupation"), Kind.TERM, wordings=("工种",)),
    Field("joined_on", _("Joined on"), Kind.DATE, wordings=("入会时间",), example="2020-03-01"),
    Field("on_duty_festival", _("On duty over the Spring Festival"), Kind.YES_NO, example="是"),
    Field("home_address", _("Home address"), Kind.ADDRESS, wordings=("现住址",), longest=200),
)
