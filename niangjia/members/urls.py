from django.urls import path

from niangjia.members import views

app_name = "members"

urlpatterns = [
    path("staff/members/", views.member_list, name="member-list"),
    path("staff/members/new/", views.member_new, name="member-new"),
    path("staff/members/corrections/", views.correction_list, name="correction-list"),
    path("staff/members/corrections/<uuid:pk>/", views.correction_detail, name="correction"),
    path("staff/members/<uuid:pk>/", views.member_detail, name="member"),
    path("staff/members/<uuid:pk>/change/", views.member_change, name="member-change"),
    path("staff/members/<uuid:pk>/transfer/", views.member_transfer, name="member-transfer"),
    path("staff/members/<uuid:pk>/state/", views.member_state, name="member-state"),
    path("staff/members/<uuid:pk>/reveal/", views.member_reveal, name="member-reveal"),
    path("me/data/", views.own_data, name="own"),
]
