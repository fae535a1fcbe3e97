from django.urls import path

from niangjia.coverage import views

app_name = "coverage"

urlpatterns = [
    path("", views.employer_list, name="employer-list"),
    path("new/", views.employer_new, name="employer-new"),
    path("<uuid:pk>/", views.employer_detail, name="employer"),
]
