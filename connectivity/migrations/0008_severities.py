"""A finding has a severity, in the column that was its state, and times of data and of notice."""

from django.db import migrations, models
from django.db.models.functions import Now


class Migration(migrations.Migration):
    dependencies = [
        ("connectivity", "0007_priced_by"),
    ]

    operations = [
        migrations.AlterField(
            model_name="finding",
            name="state",
            field=models.CharField(db_column="state", max_length=10),
        ),
        migrations.RenameField(
            model_name="finding",
            old_name="state",
            new_name="severity",
        ),
        migrations.AddField(
            model_name="finding",
            name="seen_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="findingevent",
            name="noticed_at",
            field=models.DateTimeField(db_default=Now()),
        ),
        migrations.RunSQL(
            "UPDATE connectivity_findingevent SET noticed_at = at", migrations.RunSQL.noop
        ),
    ]
