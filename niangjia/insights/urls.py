from django.urls import path

from niangjia.insights import views

app_name = "insights"

urlpatterns = [
    path("figures/", views.figure_public, name="figure-public"),
    path("staff/figures/", views.figure_list, name="figure-list"),
    path("staff/figures/new/", views.figure_create, name="figure-create"),
    path("staff/figures/<uuid:pk>/", views.figure_detail, name="figure"),
    path("staff/figures/<uuid:pk>/change/", views.figure_change, name="figure-change"),
    path("staff/figures/<uuid:pk>/publish/", views.figure_publish, name="figure-publish"),
]
