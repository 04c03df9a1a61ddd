from django.db import migrations, models

NEEDS = [
    (0, "Stopped"), (1, "Asks for you"), (2, "Stepped back"), (3, "May advance"), (4, "Not heard from"),
    (5, "No programme yet"), (6, "On plan"), (7, "Tests due"), (8, "Not taken in"),
]  # fmt: skip


class Migration(migrations.Migration):
    """The list can say which test is due next. Only adds: rows without a date say nothing until the next decision."""

    dependencies = [("care", "0002_facts_never_changed")]
    operations = [
        migrations.AddField("standing", "tests_due_on", models.DateField(blank=True, null=True)),
        migrations.AddField(
            "standing",
            "tests_due",
            models.CharField(blank=True, db_default="", default="", max_length=200),
        ),
        migrations.AlterField("standing", "need", models.PositiveSmallIntegerField(choices=NEEDS, default=5)),
    ]
