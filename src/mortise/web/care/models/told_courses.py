"""What the course page tells of an ankle on a day, kept so that nobody waits while a year is told again."""

from __future__ import annotations

from django.db import models

from mortise.web.care.models.patients import EpisodeRow


class ToldCourse(models.Model):
    """A read-model, and never a source: it holds as long as `key` is the key of now, and is else made again.

    `key` covers every fact of the patient (number, newest sequence, epoch of the database), the day, person and
    episode, the content, the engine, the code, and the names shown. The other columns say the same so that what is
    outdated can be found without telling anything.
    """

    episode = models.OneToOneField(
        EpisodeRow, on_delete=models.PROTECT, primary_key=True, related_name="told_course"
    )
    key = models.CharField(max_length=64)
    told_on = models.DateField()
    newest = models.BigIntegerField()
    made_with = models.CharField(max_length=64)
    told = models.BinaryField()  # compressed

    class Meta:
        constraints = (models.CheckConstraint(name="care_told_course_has_key", condition=~models.Q(key="")),)

    def __str__(self) -> str:
        return f"course of {self.episode_id}"
