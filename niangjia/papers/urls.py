from django.urls import path

from niangjia.papers import views

app_name = "papers"

urlpatterns = [
    path("", views.paper_list, name="paper-list"),
    path("wording/", views.wording_list, name="wording-list"),
    path("wording/<uuid:unit>/<str:code>/", views.wording_change, name="wording-change"),
    path("wording/<uuid:unit>/<str:code>/reset/", views.wording_reset, name="wording-reset"),
    path("<uuid:pk>/", views.paper, name="paper"),
    path("<uuid:pk>/<slug:form>/", views.paper_download, name="paper-download"),
]
