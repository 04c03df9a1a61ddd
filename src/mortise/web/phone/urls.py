"""Addresses of the patient's phone."""

from django.urls import path

from mortise.web.phone import views, views_check, views_session, views_tests

app_name = "phone"

urlpatterns = [
    path("", views.today, name="today"),
    path("day/", views.day, name="day"),
    path("ankle/", views.ankle, name="ankle"),
    path("check/", views_check.check, name="check"),
    path("test/", views_tests.self_test, name="self-test"),
    path("session/", views_session.session, name="session"),
    path("progress/", views.progress, name="progress"),
    path("help/", views.help_page, name="help"),
]
