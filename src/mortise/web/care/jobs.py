"""What has to happen without anybody asking: mail that repeats until it is answered, decisions about those silent."""

from __future__ import annotations

from mortise.web.accounts.models import User
from mortise.web.audit import clock, log
from mortise.web.care import services
from mortise.web.jobs.kinds import SLOW, job
from mortise.web.jobs.timetable import every

EVERY_S = 20.0
COHORT_EVERY_S = 60.0
BY = log.Process("run_jobs")


@job(n_attempts=1, is_kept=False)
def decide_for_the_silent() -> str:
    """Decide for patients not heard from."""
    return f"{services.decide_for_the_silent(now=clock.now(), by=BY)} decided for silence"


@job(n_attempts=1, is_kept=False)
def send_mail() -> str:
    """Send the mail that is due."""
    sent = services.send_due(now=clock.now(), by=BY)
    return f"{sent.n_sent} sent, {sent.n_failed} failed"


def _tell_given_up(cause: str, recording: str, by: str) -> None:
    services.give_up_analysis(recording_id=recording)


@job(queue=SLOW, given_up=_tell_given_up)
def analyse(recording: str, by: str) -> None:
    """Measure a recording for whoever asked for it, as that person."""
    user = User.objects.get(pk=by)
    found = services.recording_or_404(user, recording)
    services.analyse_recording(recording=found, by=user)


@job(n_attempts=1, is_kept=False)
def refresh_list() -> str:
    """Say anew what is due and to be done where facts came without a decision."""
    return f"{services.refresh_outdated(by=BY)} rows of the list renewed"


@job(queue=SLOW, n_attempts=1, is_kept=False)
def refresh_cohort() -> str:
    """Work out anew what each ankle adds to the view of the clinic together."""
    n = services.refresh_cohort(by=BY)
    return f"{n} counted for the cohort" if n else ""


every(EVERY_S, "silent", decide_for_the_silent)
every(EVERY_S, "list", refresh_list)
every(EVERY_S, "mail", send_mail)
every(COHORT_EVERY_S, "cohort", refresh_cohort)
