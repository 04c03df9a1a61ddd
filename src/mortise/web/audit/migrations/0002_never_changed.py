from django.db import migrations

from mortise.web.audit.triggers import append_only


class Migration(migrations.Migration):
    """The database refuses to change or delete an audit entry."""

    dependencies = [("audit", "0001_audit_log")]
    operations = [append_only("audit_auditentry")]
