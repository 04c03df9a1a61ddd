"""Addresses of the desk. Everything about one ankle lies under its episode; another clinic's is 404."""

from __future__ import annotations

from django.urls import path

from mortise.web.clinic import (
    views_assess,
    views_course,
    views_decide,
    views_follow,
    views_list,
    views_messages,
    views_patients,
    views_plan,
    views_protocol,
    views_questionnaire,
    views_reading,
    views_recording,
    views_room,
)

app_name = "clinic"
urlpatterns = [
    path("", views_list.needs, name="needs"),
    path("patients/add/", views_patients.add, name="patient-add"),
    path("patients/<uuid:patient_id>/", views_patients.patient, name="patient"),
    path("episodes/<uuid:episode_id>/assessment/", views_assess.begin, name="assessment"),
    path("episodes/<uuid:episode_id>/assessment/<slug:section_id>/", views_assess.section, name="assess"),
    path("episodes/<uuid:episode_id>/classification/", views_plan.classification, name="classification"),
    path("episodes/<uuid:episode_id>/plan/", views_plan.plan, name="plan"),
    path("episodes/<uuid:episode_id>/plan/protocol/", views_plan.choose, name="choose-protocol"),
    path("episodes/<uuid:episode_id>/", views_course.course, name="course"),
    path("episodes/<uuid:episode_id>/respond/", views_course.respond, name="respond"),
    path("episodes/<uuid:episode_id>/judge/", views_course.judge, name="judge"),
    path("episodes/<uuid:episode_id>/proposal/", views_follow.proposal, name="proposal"),
    path("episodes/<uuid:episode_id>/escalate/", views_follow.escalate, name="escalate"),
    path("episodes/<uuid:episode_id>/escalation/", views_follow.escalation, name="escalation"),
    path("episodes/<uuid:episode_id>/autonomy/", views_follow.autonomy, name="autonomy"),
    path("episodes/<uuid:episode_id>/visit/", views_course.visit, name="visit"),
    path("episodes/<uuid:episode_id>/reading/", views_reading.reading, name="reading"),
    path("episodes/<uuid:episode_id>/what-if/", views_decide.what_if, name="what-if"),
    path("episodes/<uuid:episode_id>/room/", views_room.room, name="room"),
    path("episodes/<uuid:episode_id>/room/<slug:technique_id>/", views_room.treat, name="treat"),
    path(
        "episodes/<uuid:episode_id>/questionnaires/",
        views_questionnaire.questionnaires,
        name="questionnaires",
    ),
    path(
        "episodes/<uuid:episode_id>/questionnaires/<slug:questionnaire_id>/",
        views_questionnaire.questionnaire,
        name="questionnaire",
    ),
    path("episodes/<uuid:episode_id>/looked/", views_reading.looked, name="looked"),
    path("episodes/<uuid:episode_id>/set-aside/", views_reading.set_aside, name="set-aside"),
    path("episodes/<uuid:episode_id>/messages/", views_messages.messages, name="messages"),
    path("episodes/<uuid:episode_id>/phone/", views_plan.link_make, name="link-make"),
    path("phone-links/<uuid:link_id>/revoke/", views_plan.link_revoke, name="link-revoke"),
    path("episodes/<uuid:episode_id>/recordings/", views_recording.recordings, name="recordings"),
    path("recordings/<uuid:recording_id>/", views_recording.recording, name="recording"),
    path("recordings/<uuid:recording_id>/accept/", views_recording.accept, name="recording-accept"),
    path("recordings/<uuid:recording_id>/again/", views_recording.again, name="recording-again"),
    path("recordings/<uuid:recording_id>/leave-out/", views_recording.leave_out, name="recording-leave-out"),
    path("recordings/<uuid:recording_id>/take-in/", views_recording.take_in, name="recording-take-in"),
    path("recordings/<uuid:recording_id>/report/", views_recording.report, name="recording-report"),
    path("recordings/<uuid:recording_id>/exclude/", views_recording.exclude, name="recording-exclude"),
    path("protocols/", views_protocol.protocols, name="protocols"),
    path("protocols/<slug:protocol_id>/", views_protocol.protocol, name="protocol"),
    path("protocols/<slug:protocol_id>/techniques/", views_protocol.techniques, name="techniques"),
]
