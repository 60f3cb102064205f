"""Tables of points: narrow and clustered; on PostgreSQL in partitions that can be dropped whole."""

from django.db import migrations

COLUMNS = {
    "connectivity_point": "value {real} NOT NULL",
    "connectivity_hourpoint": "n integer NOT NULL, total {real} NOT NULL, low {real} NOT NULL, high {real} NOT NULL",
    "connectivity_daypoint": "n integer NOT NULL, total {real} NOT NULL, low {real} NOT NULL, high {real} NOT NULL",
}
PARTITIONED = ("connectivity_point", "connectivity_hourpoint")


def make(apps, schema_editor):
    is_postgres = schema_editor.connection.vendor == "postgresql"
    real = "double precision" if is_postgres else "real"
    for table, columns in COLUMNS.items():
        end = "" if is_postgres else " WITHOUT ROWID"
        if is_postgres and table in PARTITIONED:
            end = " PARTITION BY RANGE (at)"
        schema_editor.execute(
            f"CREATE TABLE {table} (series_id integer NOT NULL, at bigint NOT NULL, "
            f"{columns.format(real=real)}, PRIMARY KEY (series_id, at)){end}"
        )


def drop(apps, schema_editor):
    for table in COLUMNS:
        schema_editor.execute(f"DROP TABLE {table}")


class Migration(migrations.Migration):
    dependencies = [("connectivity", "0005_health")]
    operations = [migrations.RunPython(make, drop)]
