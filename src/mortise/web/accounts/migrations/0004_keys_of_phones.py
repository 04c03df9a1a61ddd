"""The keys of phones are kept; those in use today are worked out once more, as they were given out."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.utils.crypto import salted_hmac

SALTS = {
    "lock": "mortise.phone.lock",
    "seal": "mortise.phone.seal",
    "name": "mortise.phone.person",
    "calendar": "mortise.phone.calendar",
}


def keep(apps, schema_editor):
    """Keep for every patient the keys that their phone was given."""
    keys = apps.get_model("accounts", "PhoneKeys").objects
    for pk in apps.get_model("accounts", "User").objects.filter(role="patient").values_list("pk", flat=True).iterator():
        made = {key: salted_hmac(salt, str(pk), algorithm="sha256").hexdigest() for key, salt in SALTS.items()}
        keys.get_or_create(user_id=pk, defaults=made)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_roles_and_invitations'),
    ]

    operations = [
        migrations.CreateModel(
            name='PhoneKeys',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='phone_keys', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('lock', models.CharField(max_length=64)),
                ('seal', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=64)),
                ('calendar', models.CharField(max_length=64)),
                ('made_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
        ),
        migrations.RunPython(keep, migrations.RunPython.noop, elidable=False),
    ]
