from django.urls import path

from niangjia.notices import views

app_name = "notices"

urlpatterns = [
    path("me/messages/", views.message_list, name="message-list"),
    path("me/messages/read/", views.message_read_all, name="message-read-all"),
    path("me/messages/<uuid:pk>/", views.message_detail, name="message"),
    path("notices/", views.public_list, name="public-list"),
    path("notices/<uuid:pk>/", views.public_detail, name="public"),
    path("help/letters/new/", views.letter_new, name="letter-new"),
    path("help/letters/<str:ticket>/", views.letter_detail, name="letter"),
    path("staff/notices/", views.notice_list, name="notice-list"),
    path("staff/notices/new/", views.notice_new, name="notice-new"),
    path("staff/notices/<uuid:pk>/", views.notice_change, name="notice-change"),
    path("staff/notices/<uuid:pk>/publish/", views.notice_publish, name="notice-publish"),
    path("staff/notices/<uuid:pk>/withdraw/", views.notice_withdraw, name="notice-withdraw"),
    path("staff/feedback/", views.feedback_list, name="feedback-list"),
    path("staff/feedback/<uuid:pk>/", views.feedback_answer, name="feedback"),
]
