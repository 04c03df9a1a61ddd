"""Fill the new columns of the rows that were there: how they are searched, who treats, when they fall silent."""

import unicodedata
from datetime import timedelta

from django.db import migrations
from django.db.models import Count, F

NEW = 5


def fill(apps, schema_editor):
    """Fill them from the rows beside; tests and tasks are told anew by the job, which looks at `is_outdated`."""
    standings = apps.get_model("care", "Standing").objects
    phones = apps.get_model("care", "PhoneDevice").objects
    for row in standings.select_related("episode__patient").iterator():
        episode = row.episode
        letters = unicodedata.normalize("NFKD", episode.patient.name.casefold())
        row.search = "".join(one for one in letters if not unicodedata.combining(one))[:200]
        row.clinician_id = episode.opened_by_id
        if row.need != NEW:
            last_on = row.last_heard_on or max(row.since_at.date(), episode.opened_on)
            row.silent_on = last_on + timedelta(days=row.silence_days)
        counted = phones.filter(episode=episode).annotate(n=F("last_sequence") - Count("deliveries"))
        row.n_not_received = sum(max(0, one) for one in counted.values_list("n", flat=True))
        row.told_on, row.is_outdated = row.decided_on, True
        row.save()


class Migration(migrations.Migration):

    dependencies = [("care", "0010_what_the_list_reads")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
