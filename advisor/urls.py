"""Every address of the product, by door."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from advisor.api.metrics.team import MetricsView
from advisor.oidc import flow
from advisor.web.glossary import terms


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """For whoever watches the process: it answers."""
    return JsonResponse({"status": "ok"})


handler400 = "advisor.middleware.error_pages.bad_request"
handler403 = "advisor.middleware.error_pages.permission_denied"
handler404 = "advisor.middleware.error_pages.page_not_found"
handler500 = "advisor.middleware.error_pages.server_error"
help_page = TemplateView.as_view(template_name="web/help.html", extra_context={"terms": terms})
oidc = [
    path("account/3rdparty/", include("allauth.socialaccount.urls")),
    path("account/oidc/<str:provider_id>/login/", flow.login, name="openid_connect_login"),
    path(
        "account/oidc/<str:provider_id>/login/callback/",
        flow.callback,
        name="openid_connect_callback",
    ),
]

AREAS = ("topologies", "comparison", "latency", "health", "reviews", "reports", "prices", "team")

urlpatterns = [
    *(path("", include(f"advisor.web.{area}.urls")) for area in AREAS),
    path("help/", help_page, name="help"),
    path("metrics", MetricsView.as_view(), name="api-metrics"),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("account/", include("allauth.account.urls")),
    *(oidc if settings.OIDC_SERVER_URL else ()),
    path("api/v1/", include("advisor.api.urls")),
    path("healthz", healthz, name="healthz"),
]
