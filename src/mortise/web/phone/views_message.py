"""A message to the clinic. It says first that nobody watches, and what to do when it cannot wait."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from mortise.errors import MortiseError
from mortise.web.accounts import access
from mortise.web.care import services
from mortise.web.care.models import Message
from mortise.web.phone import presenters, presenters_pages, state
from mortise.web.phone.said import said
from mortise.web.phone.visits import visit_of
from mortise.web.ui.fields import add_error

MOST_LETTERS = 1000
N_NEWEST = 5


class MessageForm(forms.Form):
    """What is written, and the id that makes two taps one message."""

    message_id = forms.UUIDField(widget=forms.HiddenInput)
    words = forms.CharField(
        label=_("What do you want your clinic to know?"), max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": MOST_LETTERS, "class": "text"}),
        error_messages={"required": _("Write a sentence, or go back.")},
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@access.patient
def message(request: HttpRequest) -> HttpResponse:
    visit = visit_of(request, even_ended=True)
    is_posted = request.method == "POST"
    form = MessageForm(request.POST if is_posted else None, initial={"message_id": uuid.uuid4()})
    if is_posted and form.is_valid():
        typed = form.cleaned_data
        try:
            services.write_message(
                episode=visit.episode, message_id=typed["message_id"], words=typed["words"], by=visit.user
            )
        except MortiseError as error:
            add_error(form, error, "words")
        else:
            state.say_once(request, [gettext(presenters.MESSAGE_KEPT)])
            return redirect("phone:today")
    context = {
        "form": form,
        **_earlier(services.messages_of(episode=visit.episode, by=visit.user), request),
        "page": {"calls": presenters_pages.calls_of(visit)},
        "emergency_words": said(visit.content.texts["emergency.now"]),
        "tab": "help",
        "is_ended": visit.is_ended,
    }
    return render(request, "phone/message.html", context, status=422 if is_posted else 200)


def _earlier(messages: list[Message], request: HttpRequest) -> dict[str, Any]:
    """Return the person's own messages: the newest, all of them, or those that say what is searched for."""
    q = request.GET.get("q", "").strip()
    if q:
        found = [one for one in messages if q.casefold() in one.words.casefold()]
    else:
        found = messages if "all" in request.GET else messages[:N_NEWEST]
    n_more = 0 if q else len(messages) - len(found)
    return {"earlier": found, "n_messages": len(messages), "n_more": n_more, "q": q}
