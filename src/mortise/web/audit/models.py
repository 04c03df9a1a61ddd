"""The audit log: a chain of entries, each holding the hash of the one before it."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models


class AppendOnlyError(RuntimeError):
    """A row that may only be added was about to be changed or deleted. This is a fault of ours."""


class AppendOnlyRows(models.QuerySet[Any]):
    """Rows that can be read and added, never changed or deleted."""

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError

    def delete(self) -> NoReturn:
        raise AppendOnlyError

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError


class AppendOnlyModel(models.Model):
    """A model whose rows are written once. The database refuses changes as well (see the migrations)."""

    objects = AppendOnlyRows.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise AppendOnlyError
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError


class AuditEntry(AppendOnlyModel):
    """Who did what to whose data, when (UTC), in which request."""

    sequence = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)  # "user:<id>" or "process:<name>"
    action = models.CharField(max_length=60)  # "patient.read", "facts.append", ...
    patient = models.CharField(max_length=40, blank=True, db_index=True)  # id; empty: no patient concerned
    clinic = models.CharField(max_length=40, blank=True, db_index=True)
    detail = models.TextField(default="{}")  # canonical JSON: ids, counts, kinds; never content
    request_id = models.CharField(max_length=40, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ("sequence",)
        constraints = (
            models.CheckConstraint(name="audit_somebody_acts", condition=~models.Q(actor="")),
            models.CheckConstraint(name="audit_sequence_from_one", condition=models.Q(sequence__gte=1)),
        )

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"


class AuditHead(models.Model):
    """Where the chain ends: the lock under which it grows, and what shows that its end was cut off."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")

    class Meta:
        constraints = (models.CheckConstraint(name="audit_one_head", condition=models.Q(id=1)),)

    def __str__(self) -> str:
        return f"head at {self.sequence}"
