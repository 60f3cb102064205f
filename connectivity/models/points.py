"""Points of series. Times are seconds since 1970, the beginning of a period."""

from django.db import models


class Point(models.Model):
    """One point as it was asked for, kept 14 days. The migration makes the table, in partitions."""

    pk = models.CompositePrimaryKey("series_id", "at")
    series_id = models.IntegerField()
    at = models.BigIntegerField()
    value = models.FloatField()

    class Meta:
        managed = False
        db_table = "connectivity_point"

    def __str__(self) -> str:
        return f"{self.at}: {self.value}"


class Rollup(models.Model):
    """Points of an hour or a day, put together. Percentiles cannot be."""

    pk = models.CompositePrimaryKey("series_id", "at")
    series_id = models.IntegerField()
    at = models.BigIntegerField()
    n = models.IntegerField()
    total = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.at}: {self.total}"


class HourPoint(Rollup):
    """Kept 455 days, as CloudWatch does."""

    class Meta:
        managed = False
        db_table = "connectivity_hourpoint"


class DayPoint(Rollup):
    """Kept as long as their series."""

    class Meta:
        managed = False
        db_table = "connectivity_daypoint"
