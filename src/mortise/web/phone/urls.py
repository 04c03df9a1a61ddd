"""Addresses of the patient's phone."""

from django.urls import path

from mortise.web.phone import (
    ended,
    views,
    views_answers,
    views_change,
    views_check,
    views_consents,
    views_live,
    views_message,
    views_offline,
    views_own,
    views_questions,
    views_session,
    views_tests,
)

app_name = "phone"

urlpatterns = [
    path("", views.today, name="today"),
    path("day/", views.day, name="day"),
    path("ankle/", views.ankle, name="ankle"),
    path("language/", views.language, name="language"),
    path("check/", views_check.check, name="check"),
    path("test/", views_tests.self_test, name="self-test"),
    path("export/", views_own.export, name="export"),
    path("calendar/<uuid:user_id>/<slug:key>.ics", views_own.feed, name="calendar"),
    path("ready/", views_own.ready, name="ready"),
    path("authority.crt", views_own.authority, name="authority"),
    path("questions/", views_questions.question_list, name="questions"),
    path("questions/<slug:questionnaire_id>/", views_questions.question, name="question"),
    path("agreed/", views_consents.consents, name="consents"),
    path("message/", views_message.message, name="message"),
    path("live/", views_live.live_page, name="live"),
    path("live/<slug:test>/", views_live.live_page, name="live-test"),
    path("recording/", views_live.recording, name="recording"),
    path("session/", views_session.session, name="session"),
    path("answers/", views_answers.answers, name="answers"),
    path("answers/<str:fact_id>/", views_answers.answer, name="answer"),
    path("session/change/", views_change.change, name="change"),
    path("progress/", views.progress, name="progress"),
    path("manifest.webmanifest", views_offline.manifest, name="manifest"),
    path("sw.js", views_offline.worker, name="worker"),
    path("shell/", views_offline.shell_view, name="shell"),
    path("shell/<str:language>/", views_offline.shell_in, name="shell-in"),
    path("shut/", ended.shut, name="shut"),
    path("not-taken/", views_offline.shell_view, name="not-taken"),
    path("figure/<slug:exercise>/<slug:side>/", views_offline.figure, name="figure"),
    path("envelope/", views_offline.envelope, name="envelope"),
    path("sync/", views_offline.sync, name="sync"),
    path("help/", views.help_page, name="help"),
]
