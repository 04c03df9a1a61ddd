"""Since when a patient no longer agrees to the treatment record, on their row and in the list."""

from typing import Any

from django.db import migrations, models


def say_who(apps: Any, schema_editor: Any) -> None:
    """Write down whoever's newest word on the treatment record is a no."""
    consent, patient = apps.get_model("care", "Consent"), apps.get_model("care", "Patient")
    standing = apps.get_model("care", "Standing")
    newest = {}
    for one in consent.objects.filter(purpose="treatment").order_by("at", "id"):
        newest[one.patient_id] = one
    for pk, said in newest.items():
        if not said.is_given:
            patient.objects.filter(pk=pk).update(taken_back_at=said.at)
            standing.objects.filter(episode__patient_id=pk).update(is_taken_back=True)


class Migration(migrations.Migration):
    """Two columns, filled from the consents."""

    dependencies = (("care", "0016_treatments"),)

    operations = (
        migrations.AddField("patient", "taken_back_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "standing", "is_taken_back", models.BooleanField(db_default=False, default=False)
        ),
        migrations.RunPython(say_who, migrations.RunPython.noop),
    )
