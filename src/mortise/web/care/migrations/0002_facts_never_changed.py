from django.db import migrations

from mortise.web.audit.triggers import append_only


class Migration(migrations.Migration):
    """The database refuses to change or delete a fact."""

    dependencies = [("care", "0001_patients_and_facts")]
    operations = [append_only("care_factrow")]
