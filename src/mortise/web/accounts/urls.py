"""Addresses for coming in and going out."""

from __future__ import annotations

from django.urls import path

from mortise.web.accounts import views, views_people

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("enter/", views.link_needed, name="link-needed"),
    path("enter/<str:token>/", views.enter, name="enter"),
    path("join/<str:token>/", views_people.join, name="join"),
    path("people/", views_people.people_page, name="people"),
    path("people/<uuid:user_id>/role/", views_people.role, name="role"),
    path("people/<uuid:user_id>/access/", views_people.active, name="active"),
    path(
        "people/invitations/<uuid:invitation_id>/", views_people.invitation_revoke, name="invitation-revoke"
    ),
    path("clinic/", views_people.clinic, name="clinic"),
]
