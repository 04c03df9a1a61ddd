"""Facts of one more kind: what a clinician's hands did."""

from django.db import migrations, models

from mortise.web.audit.triggers import append_only, lifted

KINDS = (
    "reading", "sign", "check_in", "session_log", "goal", "judgement", "clinic_visit", "stage_entry", "plan_version",
    "decision", "response", "correction", "proposal", "proposal_answer", "escalation_step", "autonomy_entry",
    "discharge", "treatment",
)  # fmt: skip


class Migration(migrations.Migration):
    """Widen the constraint on kinds; no row changes."""

    dependencies = (("care", "0015_cohort_entries"),)

    operations = (
        lifted("care_factrow"),
        migrations.RemoveConstraint(model_name="factrow", name="care_fact_kind_known"),
        migrations.AddConstraint(
            model_name="factrow",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", KINDS)), name="care_fact_kind_known"
            ),
        ),
        append_only("care_factrow"),
    )
