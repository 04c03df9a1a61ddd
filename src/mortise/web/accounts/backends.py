"""How somebody becomes known: staff by password; a patient's phone is signed in by its link (see `phone_links`)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest

from mortise.web.accounts.models import User


class StaffByPassword(BaseBackend):
    """E-mail and password for people who work in a clinic. An unknown address takes as long as a wrong password."""

    def authenticate(
        self, request: HttpRequest | None, email: str = "", password: str = "", **_: Any
    ) -> User | None:
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            User().set_password(password)
            return None
        allowed = user.check_password(password) and user.is_active and user.is_staff_member
        return user if allowed else None

    def get_user(self, user_id: Any) -> User | None:
        return User.objects.select_related("clinic").filter(pk=user_id, is_active=True).first()
