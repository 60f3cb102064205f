"""A job as the API tells of it: what starts one answers so, too."""

from typing import Any

from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request

from advisor.api.http.serializers import ProblemSerializer
from advisor.models import Job

Text = serializers.CharField


class SoFarSerializer(serializers.Serializer[object]):
    """The best plan so far, of a job that plans."""

    part = Text(help_text="`plan`, or what is included that is being made")
    seconds = serializers.IntegerField(help_text="since the search began")
    objective_usd = Text(allow_null=True, help_text="bill and operations; null: no plan yet")
    gap_usd = Text(
        allow_null=True, help_text="by how much another may be cheaper; null: not known yet"
    )
    objects = serializers.DictField(child=serializers.IntegerField())
    options = serializers.DictField(child=serializers.IntegerField(), help_text="flows by option")
    missing_rates = serializers.JSONField(
        required=False, help_text="once they are known, if they are included, as in the result"
    )
    frontiers = serializers.JSONField(required=False, help_text="likewise, the points so far")
    explanation = serializers.JSONField(required=False, help_text="likewise, the flows so far")


class JobSerializer(serializers.Serializer[object]):
    id = serializers.UUIDField()
    kind = Text()
    state = serializers.ChoiceField(choices=["queued", "running", "done", "failed", "cancelled"])
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    so_far = SoFarSerializer(allow_null=True, help_text="null unless a plan is being made")
    result_url = serializers.URLField(allow_null=True)
    problems = ProblemSerializer(many=True)


def job_json(job: Job, request: Request) -> dict[str, Any]:
    is_done = job.state == Job.State.DONE
    url = request.build_absolute_uri(reverse("api-job-result", args=[job.uid]))
    return {
        "id": str(job.uid),
        "kind": job.kind,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "so_far": job.so_far,
        "result_url": url if is_done else None,
        "problems": job.problems,
    }
