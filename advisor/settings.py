"""Settings, from the environment. Every variable stands in `.env.example` with its meaning."""

import hashlib
import os
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environ import Env

from advisor.environment import allowances, secret_files, variables
from advisor.observability import logs

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()
env.read_env(BASE_DIR / ".env")
variables.drop_blanks(os.environ)
env.ENVIRON = secret_files.with_secrets(os.environ)
variables.refuse(env.ENVIRON)

VAR_DIR = Path(env.str("ADVISOR_VAR", default=str(BASE_DIR / "var")))
ADVISOR_URL = env.str("ADVISOR_URL", default="http://127.0.0.1:8000").rstrip("/")
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="") or variables.kept_key(
    env.ENVIRON, Path(env.str("SECRET_KEY_FILE", default=str(VAR_DIR / "secret_key")))
)

_url = urlsplit(ADVISOR_URL)
IS_HTTPS = _url.scheme == "https"
ALLOWED_HOSTS = [_url.hostname, *env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])]
CSRF_TRUSTED_ORIGINS = [f"{_url.scheme}://{_url.netloc}"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]  # asked for inside, without the proxy
SESSION_COOKIE_AGE = 14 * 24 * 3600
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="")
OIDC_TEAM = env.str("OIDC_TEAM", default="")
INSTALLED_APPS = [
    "advisor",
    "connectivity",
    "costmodel",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    *(["allauth.socialaccount.providers.openid_connect"] if OIDC_SERVER_URL else ()),
    "auditlog",
    "csp",
    "django_filters",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "knox",
    "rest_framework",
]
MIDDLEWARE = [
    "advisor.middleware.observed.Observed",
    "advisor.middleware.scraped.Scraped",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "advisor.middleware.bodies.Bodies",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "advisor.middleware.permission.Access",
    "advisor.middleware.page_turns.Turns",
    "advisor.middleware.time_zone.team_time_zone",
    "advisor.middleware.refused_topology.RefusedTopology",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "advisor.urls"
WSGI_APPLICATION = "advisor.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
_database = env.str("DATABASE_URL", default="") or f"sqlite:///{VAR_DIR / 'advisor.sqlite3'}"
DATABASES = {"default": env.db_url_config(_database)}
if "DATABASE_PASSWORD" in env.ENVIRON:  # as it is: env.str("DATABASE_PASSWORD") would read a $
    DATABASES["default"]["PASSWORD"] = env.ENVIRON["DATABASE_PASSWORD"]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
DATABASES["default"]["CONN_MAX_AGE"] = 60  # opening and closing a file takes milliseconds too
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "advisor.User"
TEAM_MODEL = "advisor.Team"
PRICE_NAMES = "connectivity.core.comparison.price_names.price_names"  # what prices are imported for
LOGIN_URL = LOGOUT_REDIRECT_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "advisor.sign_in.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before an address of mail or a provider is added
ACCOUNT_EMAIL_VERIFICATION = "none"  # whoever signs up was invited
ACCOUNT_LOGOUT_REDIRECT_URL = ACCOUNT_SIGNUP_REDIRECT_URL = "home"
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", default=int(IS_HTTPS))  # the one with TLS
ACCOUNT_RATE_LIMITS = {  # see sign_in.throttle; a key is a name, and an address but for _anywhere
    "login_failed": "10/m/ip,5/10m/key,50/d/key",
    "login_failed_anywhere": "60/h/key,200/d/key",
    "code_failed": "10/m/ip,5/h/key,10/d/key",
    "code_failed_anywhere": "30/d/key",  # of a million codes: about 1 % in a year
}
MFA_FORMS = {
    "authenticate": "advisor.sign_in.second_factor.AuthenticateForm",
    "reauthenticate": "advisor.sign_in.second_factor.ReauthenticateForm",
}
MFA_ADAPTER = "advisor.sign_in.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Connectivity Advisor"
USERSESSIONS_ADAPTER = "advisor.sign_in.adapters.SessionsAdapter"
SOCIALACCOUNT_ADAPTER = "advisor.sign_in.adapters.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "provider_class": "advisor.oidc.flow.Provider",
        "APPS": [
            {
                "provider_id": "oidc",
                "name": env.str("OIDC_NAME", default="single sign-on"),
                "client_id": env.str("OIDC_CLIENT_ID", default=""),
                "secret": env.str("OIDC_CLIENT_SECRET", default=""),
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ],
    }
}
AUDITLOG_LOGENTRY_MODEL = "advisor.AuditEntry"
AUDITLOG_USE_FK_STRING_REPRESENTATION = True
AUDITLOG_MASK_CALLABLE = "advisor.audit.audited_models.hidden"
CACHES = {  # counts failed sign-ins for all processes; the broker may be away
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "advisor_cache",
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},  # beyond it failures would be thrown away, too
    }
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
LANGUAGE_CODE, TIME_ZONE = "en", "UTC"
USE_I18N = USE_THOUSAND_SEPARATOR = False
STATIC_URL = "static/"
PLOTLY = f"plotly-{version('plotly')}"  # a folder of its own, so that browsers may keep it for ever
_plotly = find_spec("plotly")
if _plotly is None or not _plotly.submodule_search_locations:
    raise ImproperlyConfigured("plotly is not installed: run scripts/setup")
STATICFILES_DIRS = [
    BASE_DIR / "static",
    (PLOTLY, Path(_plotly.submodule_search_locations[0]) / "package_data"),
]
WHITENOISE_IMMUTABLE_FILE_TEST = rf"/{PLOTLY}/|\.[0-9a-f]{{12}}\."
COLLECTED_STATIC = env.bool("COLLECTED_STATIC", default=False)
STATIC_ROOT = BASE_DIR / "staticfiles" if COLLECTED_STATIC else None
WHITENOISE_USE_FINDERS = not COLLECTED_STATIC
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if COLLECTED_STATIC
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
CALLER_LIMITS = allowances.read(env.str("CALLER_LIMITS", default=""))
MAX_DOCUMENT_BYTES = 16 * 2**20  # over HTTP; the command line reads larger files
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a page of the editor has up to a thousand
DATA_UPLOAD_MAX_NUMBER_FILES = 2  # a form has one
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_DOCUMENT_BYTES + 2**16  # pasted: see advisor.limits.body_sizes


def broker_socket() -> Path:
    """Where the private broker listens. A socket's path must stay below 108 bytes."""
    path = VAR_DIR / "broker.sock"
    if len(str(path)) < 100:
        return path
    digest = hashlib.sha256(str(VAR_DIR).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"connectivity-advisor-{digest}" / "broker.sock"


BROKER_SOCKET = broker_socket()
REDIS_URL = env.str("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL or f"redis+socket://{BROKER_SOCKET}"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,  # seconds; longer than any task
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 3000
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")

DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="advisor@localhost")
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
EMAIL_TIMEOUT = 30  # seconds; a mail is claimed for much longer
_mail = urlsplit(env.str("EMAIL_URL", default=""))
if _mail.scheme == "ses":  # Amazon SES's API, asked once: its own retries could send a mail twice
    EMAIL_BACKEND = "anymail.backends.amazon_ses.EmailBackend"
    _once = {"retries": {"total_max_attempts": 1}}
    ANYMAIL = {"AMAZON_SES_CLIENT_PARAMS": {"region_name": _mail.hostname, "config": _once}}
elif _mail.scheme:
    vars().update(env.email_url("EMAIL_URL"))
AWS_WORKER_ARN = env.str("AWS_WORKER_ARN", default="")
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
OUTBOUND_HOSTS = env.list("OUTBOUND_HOSTS", default=["hooks.slack.com"])
KEEP_AUDIT_DAYS = env.int("KEEP_AUDIT_DAYS", default=0)
KEEP_MEASUREMENTS_DAYS = env.int("KEEP_MEASUREMENTS_DAYS", default=0)
AWS_PRICES_URL = env.str("AWS_PRICES_URL", default="https://pricing.us-east-1.amazonaws.com")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "advisor.api.http.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["advisor.api.http.authentication.MayUse"],
    "DEFAULT_THROTTLE_CLASSES": ["advisor.api.http.turn_throttle.TurnThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["advisor.api.http.rendering.FastJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["advisor.api.http.documents.DocumentParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "advisor.api.http.errors.handle",
}
REST_KNOX = {"TOKEN_TTL": None, "AUTO_REFRESH": False}
MIGRATION_MODULES = {"knox": None, "auditlog": None}  # tokens and entries have tables of ours
KNOX_TOKEN_MODEL = "advisor.ApiToken"  # noqa: S105  the name of a model
SPECTACULAR_SETTINGS = {
    "TITLE": "Connectivity Advisor",
    "DESCRIPTION": "Every way of connecting AWS accounts and VPCs side by side.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["advisor.api.http.authentication.MayUse"],
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": ["advisor.api.schema.postprocessing.finished"],
    "ENUM_NAME_OVERRIDES": {
        "RegionEnum": "connectivity.core.network.regions.CODES",
        "FindingSeverityEnum": "advisor.api.comparisons.bills.SEVERITIES",
        "HealthStateEnum": "advisor.api.health.serializers.STATES",
        "HealthSeverityEnum": "advisor.api.health.serializers.SEVERITIES",
        "ResourceKindEnum": "advisor.api.health.serializers.KIND_CHOICES",
    },
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}
LOGGING_CONFIG = None  # Django's own set-up loads its error pages and addresses for every command
logs.set_up(env.str("LOG_LEVEL", default="INFO"), env.str("LOG_FORMAT", default="text"))
if SENTRY_DSN := env.str("SENTRY_DSN", default=""):
    from advisor.observability import error_reports  # its library is loaded where it is wanted

    error_reports.start(SENTRY_DSN, _url.hostname or "")
