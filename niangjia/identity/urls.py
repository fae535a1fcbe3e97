from django.urls import path

from niangjia.identity.views import member, own, people

app_name = "identity"

urlpatterns = [
    path("login/", member.log_in, name="login"),
    path("login/code/", member.code_enter, name="log-in-code"),
    path("login/code/again/", member.code_again, name="log-in-code-again"),
    path("login/who/", member.who_enter, name="log-in-who"),
    path("logout/", member.log_out, name="logout"),
    path("account/everywhere/", own.log_out_everywhere, name="log-out-everywhere"),
    path("staff/people/", people.person_list, name="person-list"),
    path("staff/people/new/", people.person_new, name="person-new"),
    path("staff/people/<uuid:pk>/", people.person_detail, name="person"),
    path("staff/people/<uuid:pk>/role/", people.person_assign, name="person-assign"),
    path("staff/people/<uuid:pk>/password/", people.person_reset_password, name="person-reset-password"),
    path("staff/people/<uuid:pk>/factor/", people.person_remove_factor, name="person-remove-factor"),
    path("staff/people/<uuid:pk>/close/", people.person_close, name="person-close"),
    path("staff/people/<uuid:pk>/reopen/", people.person_reopen, name="person-reopen"),
    path("staff/people/held/<uuid:pk>/end/", people.assignment_end, name="assignment-end"),
    path("staff/roles/", people.role_list, name="role-list"),
]
