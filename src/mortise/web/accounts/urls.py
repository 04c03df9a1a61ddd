"""Addresses for coming in and going out."""

from __future__ import annotations

from django.urls import path

from mortise.web.accounts import views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("enter/", views.link_needed, name="link-needed"),
    path("enter/<str:token>/", views.enter, name="enter"),
]
