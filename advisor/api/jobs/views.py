"""Jobs over REST: how far they are, what came of them, and how to stop one."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from advisor.api.http.authentication import is_own, may_store, team_id_of
from advisor.api.http.errors import refused
from advisor.api.http.job_progress import JobSerializer, job_json
from advisor.api.http.paging import PagedView
from advisor.api.http.serializers import ProblemsSerializer
from advisor.api.jobs.serializers import RESULT
from advisor.jobs import runner
from advisor.models import Job
from advisor.teams import team_lookup
from connectivity.core.problems import Problem


class JobsView(PagedView):
    @extend_schema(responses=JobSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The team's jobs, the newest first."""
        rows = team_lookup.jobs(team_id_of(request))
        return self.paged(request, rows, lambda job: job_json(job, request))


class JobView(APIView):
    @extend_schema(responses=JobSerializer)
    def get(self, request: Request, uid: UUID) -> Response:
        """State and progress of a job."""
        return Response(job_json(_job(request, uid), request))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, uid: UUID) -> Response:
        """Cancel an unfinished job: allowed to its creator and to every editor."""
        job = _job(request, uid)
        if not (may_store(request) or is_own(request, job.user_id)):
            raise PermissionDenied(
                "A job can be cancelled by its creator or by an editor; a token needs the scope "
                "'write'."
            )
        runner.cancel(job)
        return Response(status=204)


class JobResultView(APIView):
    @extend_schema(responses={200: RESULT, 409: ProblemsSerializer})
    def get(self, request: Request, uid: UUID) -> Response:
        """The result of a finished job."""
        job = _job(request, uid)
        if job.state != Job.State.DONE:
            return refused([Problem("state", f"the job is {job.state}; there is no result")], 409)
        return Response(job.result)


def _job(request: Request, uid: UUID) -> Job:
    return team_lookup.job(team_id_of(request), uid)
