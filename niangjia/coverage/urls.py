from django.urls import path

from niangjia.coverage import views

app_name = "coverage"

urlpatterns = [
    path("employers/", views.employer_list, name="employer-list"),
    path("employers/new/", views.employer_new, name="employer-new"),
    path("employers/<uuid:pk>/", views.employer_detail, name="employer"),
    path("employers/<uuid:pk>/change/", views.employer_change, name="employer-change"),
    path("employers/<uuid:pk>/cover/", views.employer_cover, name="employer-cover"),
    path("employers/<uuid:pk>/uncover/", views.employer_uncover, name="employer-uncover"),
    path("employers/<uuid:pk>/place/", views.employer_place, name="employer-place"),
    path("employers/<uuid:pk>/close/", views.employer_close, name="employer-close"),
    path("employers/<uuid:pk>/reopen/", views.employer_reopen, name="employer-reopen"),
    path("workplaces/", views.workplace_list, name="workplace-list"),
    path("workplaces/new/", views.workplace_new, name="workplace-new"),
    path("workplaces/<uuid:pk>/", views.workplace_detail, name="workplace"),
    path("workplaces/<uuid:pk>/reach/", views.workplace_reach, name="workplace-reach"),
    path("workplaces/<uuid:pk>/unreach/", views.workplace_unreach, name="workplace-unreach"),
    path("workplaces/<uuid:pk>/close/", views.workplace_close, name="workplace-close"),
]
