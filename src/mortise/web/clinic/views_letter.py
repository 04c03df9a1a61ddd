"""A referral letter: drafted from the record, edited, signed, sent, acknowledged, and its escalation's clock."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mortise.episode import EscalationCase, Story
from mortise.errors import ConflictError, InputError
from mortise.report.words import day
from mortise.web.accounts import access
from mortise.web.accounts.access import StaffRequest
from mortise.web.accounts.models import User
from mortise.web.accounts.rights import Right
from mortise.web.care import services
from mortise.web.care.models import EpisodeRow, Letter
from mortise.web.clinic.forms_follow import OutcomeForm
from mortise.web.clinic.letter_figures import strange_figures
from mortise.web.clinic.presenters_follow import OUTCOME_WORDS
from mortise.web.clinic.presenters_letter import PARTS, draft_words, facts_of, title_of
from mortise.web.clinic.requests import header_of, page
from mortise.web.ui import paper
from mortise.web.ui.fields import add_error

HELP = {
    "question": "Our own first draft: no clinician has checked it. Read it, and make it yours before you sign."
}
ROWS = {"found": 12, "question": 7}
DRAFTED = "drafted"  # the words as they were drafted: their figures are the record's


class LetterForm(forms.Form):
    """The parts a person writes."""

    to = forms.CharField(label="To", max_length=300, help_text="Name and address, as on the envelope.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in PARTS:
            self.fields[name] = forms.CharField(
                label=label, max_length=services.MOST_LETTERS, help_text=HELP.get(name, ""),
                widget=forms.Textarea(attrs={"rows": ROWS.get(name, 5)}),
            )  # fmt: skip


def _told(request: StaffRequest, episode: EpisodeRow) -> Story:
    on = episode.patient.clinic.today()
    return services.story_of(episode=episode, on=on, by=request.user)


@access.needs(Right.WRITE_LETTER)
@require_POST
def begin(request: StaffRequest, episode_id: UUID) -> HttpResponse:
    """Begin the letter about an escalation, or open the one that is there."""
    episode = services.episode_or_404(request.user, episode_id)

    def draft(case: EscalationCase) -> tuple[dict[str, str], dict[str, Any]]:
        told = _told(request, episode)
        words = draft_words(case, told)
        return words, facts_of(case, told) | {DRAFTED: list(words.values())}

    made = services.begin_letter(
        episode=episode, case=request.POST.get("case", "")[:80], draft=draft, by=request.user
    )
    return redirect("clinic:letter", letter_id=made.pk)


@access.needs(Right.SEE_RECORD, to_write=Right.WRITE_LETTER)
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: StaffRequest, letter_id: UUID) -> HttpResponse:
    """Show a letter; a POST keeps what was written, and with `numbers` takes the numbers of today."""
    found = services.letter_or_404(request.user, letter_id)
    if request.method != "POST":
        return _page(request, found)
    form = LetterForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form, status=400)
    words = {name: form.cleaned_data[name] for name, _ in PARTS}
    facts = None
    if "numbers" in request.POST:
        case, told = services.case_of(found.episode, found.case), _told(request, found.episode)
        facts = facts_of(case, told) | {DRAFTED: [*draft_words(case, told).values()]}
    try:
        services.change_letter(
            letter=found, to=form.cleaned_data["to"], words=words, facts=facts, by=request.user
        )
        if "sign" in request.POST:
            services.sign_letter(
                letter=found, paper=lambda one: letter_pdf(one, request.user), by=request.user
            )
    except (InputError, ConflictError) as error:
        add_error(form, error, getattr(error, "where", ""))
        return _page(request, found, form=form, status=409 if isinstance(error, ConflictError) else 400)
    return redirect("clinic:letter", letter_id=found.pk)


def _page(
    request: StaffRequest,
    found: Letter,
    *,
    form: LetterForm | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    case = services.case_of(found.episode, found.case)
    today = found.episode.patient.clinic.today()
    context = {
        "letter": found,
        "episode": found.episode,
        "header": header_of(found.episode),
        "title": title_of(found.kind),
        "form": form or LetterForm(initial={"to": found.to, **found.words}),
        "parts": [(label, found.words.get(name, "")) for name, label in PARTS],
        "is_signed": services.is_signed(found),
        "strange": strange_figures(found.words, found.facts),
        "case": case,
        "due": day(case.due_on, with_year=True),
        "is_overdue": case.is_overdue(today),
        "outcome": OUTCOME_WORDS.get(case.outcome, ""),
        "outcome_form": OutcomeForm(initial={"case": case.case}, auto_id="id_outcome_%s"),
        "problem": problem,
        "here": "together",
    }
    return page(request, "letter", context, status=status)


@access.needs(Right.SEE_RECORD)
@require_safe
def pdf(request: StaffRequest, letter_id: UUID) -> HttpResponse:
    """Give the letter as it was signed; before that, a draft that says so and is kept nowhere."""
    found = services.letter_or_404(request.user, letter_id)
    if services.is_signed(found):
        return paper.pdf_answer(
            services.signed_pdf(letter=found, by=request.user), "letter.pdf", is_shown=True
        )
    return paper.pdf_answer(letter_pdf(found, None), "draft.pdf", is_shown=True)


def letter_pdf(found: Letter, signer: User | None) -> bytes:
    """Make the file of a letter; without a signer it is a draft and says so."""
    patient = found.episode.patient
    context = {
        "title": title_of(found.kind),
        "letter": found,
        "facts": found.facts,
        "parts": [(label, found.words.get(name, "")) for name, label in PARTS],
        "patient": patient,
        "clinic": patient.clinic,
        "is_demo": settings.DEMO,
        "signer": signer,
        "on": day(patient.clinic.today(), with_year=True),
    }
    return paper.pdf_of_template("clinic/letter_paper.html", context)


@access.needs(Right.WRITE_LETTER)
@require_POST
def sent(request: StaffRequest, letter_id: UUID) -> HttpResponse:
    """Say how the letter went out."""
    found = services.letter_or_404(request.user, letter_id)
    try:
        services.letter_sent(letter=found, how=request.POST.get("how", ""), by=request.user)
    except (InputError, ConflictError) as error:
        return _page(
            request, found, problem=str(error), status=409 if isinstance(error, ConflictError) else 400
        )
    return redirect("clinic:letter", letter_id=found.pk)


@access.needs(Right.ANSWER_ESCALATION)
@require_POST
def received(request: StaffRequest, letter_id: UUID) -> HttpResponse:
    """Say that the receiver acknowledged it."""
    found = services.letter_or_404(request.user, letter_id)
    try:
        services.letter_received(letter=found, words=request.POST.get("words", ""), by=request.user)
    except (InputError, ConflictError) as error:
        return _page(
            request, found, problem=str(error), status=409 if isinstance(error, ConflictError) else 400
        )
    return redirect("clinic:letter", letter_id=found.pk)
