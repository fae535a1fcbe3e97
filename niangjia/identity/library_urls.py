"""The pages of the log-in library that this house uses: no signing up, no e-mail, no reset by mail.

What is about passwords and second factors is for those who have a password; members have none.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.urls import path

from niangjia.identity.http import for_password_holders as own

urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("password/", own(account.password_change), name="account_change_password"),
    path("again/", own(account.reauthenticate), name="account_reauthenticate"),
    path("", mfa.index, name="mfa_index"),
    path("second/", mfa.authenticate, name="mfa_authenticate"),
    path("second/again/", own(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("app/", own(totp.activate_totp), name="mfa_activate_totp"),
    path("app/remove/", own(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("codes/", own(codes.view_recovery_codes), name="mfa_view_recovery_codes"),
    path("codes/new/", own(codes.generate_recovery_codes), name="mfa_generate_recovery_codes"),
    path("codes/file/", own(codes.download_recovery_codes), name="mfa_download_recovery_codes"),
    path("passkeys/", own(passkeys.list_webauthn), name="mfa_list_webauthn"),
    path("passkeys/new/", own(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("passkeys/login/", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("passkeys/again/", own(passkeys.reauthenticate_webauthn), name="mfa_reauthenticate_webauthn"),
    path("passkeys/<int:pk>/", own(passkeys.edit_webauthn), name="mfa_edit_webauthn"),
    path("passkeys/<int:pk>/remove/", own(passkeys.remove_webauthn), name="mfa_remove_webauthn"),
]
