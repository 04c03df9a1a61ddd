"""What came from which phone."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('care', '0003_tests_due_on_standings'),
    ]

    operations = [
        migrations.CreateModel(
            name='PhoneDevice',
            fields=[
                ('id', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('last_sequence', models.BigIntegerField(default=0)),
                ('n_waiting', models.PositiveIntegerField(default=0)),
                ('skew_s', models.FloatField(default=0)),
                ('first_seen_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('last_seen_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('episode', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='phones', to='care.episoderow')),
            ],
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('sequence', models.BigIntegerField()),
                ('fact_id', models.CharField(blank=True, max_length=80)),
                ('outcome', models.CharField(max_length=10)),
                ('wall_ms', models.BigIntegerField(blank=True, null=True)),
                ('zone', models.CharField(blank=True, max_length=60)),
                ('monotonic_ms', models.FloatField(blank=True, null=True)),
                ('received_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('device', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='care.phonedevice')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('device', 'sequence'), name='care_delivery_each_once'), models.CheckConstraint(condition=models.Q(('sequence__gte', 1)), name='care_delivery_numbered_from_one')],
            },
        ),
    ]
