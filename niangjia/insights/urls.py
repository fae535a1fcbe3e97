from django.urls import path

from niangjia.insights import views

app_name = "insights"

urlpatterns = [
    path("figures/", views.figure_public, name="figure-public"),
    path("figures/indicators/", views.indicator_public, name="indicator-public"),
    path("staff/figures/", views.figure_list, name="figure-list"),
    path("staff/figures/new/", views.figure_create, name="figure-create"),
    path("staff/figures/<uuid:pk>/", views.figure_detail, name="figure"),
    path("staff/figures/<uuid:pk>/change/", views.figure_change, name="figure-change"),
    path("staff/figures/<uuid:pk>/publish/", views.figure_publish, name="figure-publish"),
    path("staff/cockpit/", views.cockpit_home, name="cockpit-home"),
    path("staff/cockpit/<uuid:pk>/", views.cockpit, name="cockpit"),
    path("staff/cockpit/<uuid:pk>/<slug:code>/", views.drill, name="drill"),
    path("staff/cockpit/<uuid:pk>/<slug:code>/names/", views.names, name="names"),
    path("staff/indicators/", views.indicator_list, name="indicator-list"),
    path("staff/indicators/new/", views.indicator_create, name="indicator-create"),
    path("staff/indicators/<slug:code>/", views.indicator_detail, name="indicator"),
    path("staff/indicators/<slug:code>/change/", views.indicator_change, name="indicator-change"),
    path("staff/indicators/<slug:code>/confirm/", views.indicator_confirm, name="indicator-confirm"),
    path("staff/indicators/<slug:code>/publish/", views.indicator_publish, name="indicator-publish"),
    path("staff/cockpit/targets/<uuid:pk>/", views.target_list, name="target-list"),
    path("staff/periods/", views.period_list, name="period-list"),
    path("staff/periods/new/", views.period_create, name="period-create"),
    path("staff/periods/<uuid:pk>/", views.period_detail, name="period"),
    path("staff/periods/<uuid:pk>/submit/", views.period_submit, name="period-submit"),
    path("staff/periods/<uuid:pk>/approve/", views.period_approve, name="period-approve"),
    path("staff/periods/<uuid:pk>/return/", views.period_return, name="period-return"),
    path("staff/periods/<uuid:pk>/correct/", views.period_correct, name="period-correct"),
]
