"""Changed rows, many at a time, in a time that grows with their number and no faster."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

AT_A_TIME = 500  # rows whose values are in memory


def store_changes(rows: Sequence[Model], names: Sequence[str]) -> None:
    """Write some fields of rows that are stored, all of them or none.

    A row that has gone meanwhile stays gone. One short statement, with the values as parameters:
    `bulk_update` makes a branch of an expression for every row and field, and the database looks
    through all of them for each row.

    Raises:
        FieldDoesNotExist: the rows have no field of that name.
    """
    if not rows:
        return
    table = rows[0]._meta.db_table
    fields: list[Any] = [rows[0]._meta.get_field(name) for name in names]
    changes = ", ".join(f"{field.column} = %s" for field in fields)
    update = f"UPDATE {table} SET {changes} WHERE id = %s"  # noqa: S608  names of our own
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        for start in range(0, len(rows), AT_A_TIME):
            values = [
                [
                    *(
                        field.get_db_prep_save(getattr(row, field.attname), connection)
                        for field in fields
                    ),
                    row.pk,
                ]
                for row in rows[start : start + AT_A_TIME]
            ]
            cursor.executemany(update, values)
