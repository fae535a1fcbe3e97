from django.urls import path

from niangjia.audiences.views import audiences, rules

app_name = "audiences"

urlpatterns = [
    path("", audiences.audience_list, name="audience-list"),
    path("new/", audiences.audience_new, name="audience-new"),
    path("rules/", rules.rule_list, name="rule-list"),
    path("rules/new/", rules.rule_new, name="rule-new"),
    path("rules/<uuid:pk>/", rules.rule, name="rule"),
    path("rules/<uuid:pk>/change/", rules.rule_change, name="rule-change"),
    path("rules/<uuid:pk>/why/", rules.rule_why, name="rule-why"),
    path("builder/", rules.builder, name="builder"),
    path("zodiac/", rules.zodiac, name="zodiac"),
    path("<uuid:pk>/", audiences.audience, name="audience"),
    path("<uuid:pk>/freeze/", audiences.audience_freeze, name="audience-freeze"),
    path("<uuid:pk>/why/", audiences.audience_why, name="audience-why"),
]
