from django.urls import path

from niangjia.org import views

app_name = "org"

urlpatterns = [
    path("", views.unit_list, name="unit-list"),
    path("<uuid:pk>/", views.unit_detail, name="unit"),
]
