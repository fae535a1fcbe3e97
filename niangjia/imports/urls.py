from django.urls import path

from niangjia.imports import views

app_name = "imports"

urlpatterns = [
    path("", views.batch_list, name="batch-list"),
    path("new/", views.batch_new, name="batch-new"),
    path("template/", views.batch_template, name="template"),
    path("<uuid:pk>/", views.batch_detail, name="batch"),
    path("<uuid:pk>/columns/", views.batch_columns, name="columns"),
    path("<uuid:pk>/write/", views.batch_commit, name="batch-commit"),
    path("<uuid:pk>/discard/", views.batch_discard, name="batch-discard"),
    path("<uuid:pk>/file/", views.batch_file, name="batch-file"),
]
