from django.urls import path

from niangjia.org import views

app_name = "org"

urlpatterns = [
    path("", views.unit_list, name="unit-list"),
    path("<uuid:pk>/", views.unit_detail, name="unit"),
    path("<uuid:pk>/new/", views.unit_new, name="unit-new"),
    path("<uuid:pk>/change/", views.unit_change, name="unit-change"),
    path("<uuid:pk>/move/", views.unit_move, name="unit-move"),
    path("<uuid:pk>/close/", views.unit_close, name="unit-close"),
    path("<uuid:pk>/reopen/", views.unit_reopen, name="unit-reopen"),
]
