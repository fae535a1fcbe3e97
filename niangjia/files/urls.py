from django.urls import path

from niangjia.files import views

app_name = "files"

urlpatterns = [path("<uuid:pk>/", views.file_download, name="download")]
