"""A request of somebody who is logged in, for the types of the views."""

from django.http import HttpRequest

from niangjia.identity.models import User


class UserRequest(HttpRequest):
    user: User
