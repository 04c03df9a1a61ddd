"""Where each episode stands: one row, renewed with each decision and each answer, so that the list is one query."""

from __future__ import annotations

from django.db import models

from mortise.web.care.models.patients import EpisodeRow


class Need(models.IntegerChoices):
    """What an episode needs somebody for. The list has its own order: `needs.ORDER`."""

    STOPPED = 0, "Stopped"
    ASKED = 1, "Asks for you"
    STEPPED_BACK = 2, "Stepped back"
    ADVANCE = 3, "May advance"
    SILENT = 4, "Not heard from"
    NEW = 5, "No programme yet"
    ON_PLAN = 6, "On plan"
    TESTS_DUE = 7, "Tests due"  # these three are found when the list is read, and not stored
    NOT_TAKEN_IN = 8, "Not taken in"
    WRITTEN = 10, "Wrote to you"
    TASK = 9, "Something to do"
    FLARE = 11, "Flare"
    PLATEAU = 12, "Stands still"  # found when the list is read
    NOT_RECEIVED = 13, "Not yet received"  # found when the list is read


class Standing(models.Model):
    """What the newest decision says of an episode, whether it was answered, and when the patient was last heard.

    A read-model: every column can be worked out again from what is stored elsewhere (`rebuild_standings`), but for
    `undecided_at`, the moment at which no decision could be worked out. What time alone changes is not stored: the
    days on which it changes are (`silent_on`, `tests_due_on`, `quiet_on`), and the list compares them with today.
    """

    episode = models.OneToOneField(
        EpisodeRow, on_delete=models.PROTECT, primary_key=True, related_name="standing"
    )
    need = models.PositiveSmallIntegerField(choices=Need.choices, default=Need.NEW)
    since_at = models.DateTimeField()
    stage = models.CharField(max_length=20, blank=True)
    next_stage = models.CharField(max_length=20, blank=True)
    advice = models.CharField(max_length=30, blank=True)
    load = models.CharField(max_length=10, blank=True)
    is_locked = models.BooleanField(default=False)
    reason = models.TextField(blank=True)
    decision_id = models.CharField(max_length=80, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    is_answered = models.BooleanField(default=True)
    last_heard_on = models.DateField(null=True, blank=True)
    tests_due_on = models.DateField(
        null=True, blank=True
    )  # the next test at a visit, from the newest decision
    tests_due = models.CharField(max_length=200, blank=True, default="", db_default="")
    n_tasks = models.PositiveSmallIntegerField(
        default=0, db_default=0
    )  # beside the decision: `mortise.episode.tasks`
    task = models.CharField(max_length=200, blank=True, default="", db_default="")  # the most urgent of them
    task_due_on = models.DateField(null=True, blank=True)
    is_plateau = models.BooleanField(default=False, db_default=False)  # a step of the plateau ladder waits
    quiet_task = models.CharField(
        max_length=200, blank=True, default="", db_default=""
    )  # in the list from that day
    quiet_on = models.DateField(null=True, blank=True)
    is_taken_back = models.BooleanField(
        default=False, db_default=False
    )  # the treatment record: nothing goes on
    silent_on = models.DateField(null=True, blank=True)  # from this day on somebody unheard is silent
    silence_days = models.PositiveSmallIntegerField(default=7)
    n_quarantined = models.PositiveIntegerField(default=0)
    n_messages = models.PositiveIntegerField(default=0, db_default=0)  # from the patient, read by nobody yet
    n_not_received = models.PositiveIntegerField(default=0, db_default=0)  # numbered by a phone, not here yet
    clinician = (
        models.ForeignKey(  # who treats: the author of the newest plan or answer, else who opened the episode
            "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
        )
    )
    search = models.CharField(
        max_length=200, blank=True, default="", db_default=""
    )  # name and number, folded
    undecided_at = models.DateTimeField(null=True, blank=True)
    is_outdated = models.BooleanField(
        default=False, db_default=False
    )  # facts came since tests and tasks were told
    told_on = models.DateField(null=True, blank=True)  # the day of which tests and tasks were told

    class Meta:
        indexes = (
            models.Index(fields=["need", "since_at"], name="care_standing_by_need"),
            models.Index(
                fields=["is_outdated"], name="care_standing_outdated", condition=models.Q(is_outdated=True)
            ),
        )

    def __str__(self) -> str:
        return f"standing of {self.episode_id}"
