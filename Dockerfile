# The image of web, worker and clock: see docker-compose.yml.
FROM python:3.11-slim
WORKDIR /app
ENV PYTHONUNBUFFERED=1 COLLECTED_STATIC=True ADVISOR_VAR=/app/var
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY manage.py ./
COPY advisor advisor
COPY connectivity connectivity
COPY costmodel costmodel
COPY templates templates
COPY static static
RUN useradd --system --create-home advisor && mkdir var && chown advisor var \
    && SECRET_KEY=only-for-the-build python manage.py collectstatic --no-input
USER advisor
EXPOSE 8000
CMD ["gunicorn", "--config", "python:advisor.server", "--bind", "0.0.0.0:8000"]
