# syntax=docker/dockerfile:1
# Two stages: what builds the environment stays behind. Nothing in the image can be written by who runs it but /data.
ARG PYTHON=3.11-slim-bookworm

FROM docker.io/library/python:${PYTHON} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
COPY requirements.lock ./
RUN python -m venv /venv \
 && /venv/bin/pip install --require-hashes --only-binary=:all: -r requirements.lock \
 && /venv/bin/pip uninstall --yes pip setuptools

FROM docker.io/library/python:${PYTHON}
LABEL org.opencontainers.image.title="memory-core" \
      org.opencontainers.image.description="Lets AI agents search and read a team's Jira and Confluence, audited."
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin memory-core \
 && install -d -o 10001 -g 10001 -m 0700 /data
COPY --from=build /venv /venv
WORKDIR /app
COPY manage.py ./
COPY config config/
COPY console console/
COPY atlassian atlassian/
COPY integrations integrations/
COPY workspaces workspaces/
COPY audit audit/
COPY templates templates/
COPY static static/
# Compiled once here, because the root file system is read-only where it runs.
RUN /venv/bin/python -m compileall -q /app /venv/lib
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MEMORY_CORE_HOST=0.0.0.0 \
    DATABASE_URL=sqlite:////data/memory-core.sqlite3 \
    AUDIT_ARCHIVE_DIR=/data/audit-archive
USER 10001:10001
VOLUME /data
EXPOSE 8080
# /healthz answers under any host name, and while every thread is taken.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ.get('MEMORY_CORE_PORT') or 8080}/healthz\", timeout=4)"]
CMD ["gunicorn", "--config", "python:config.gunicorn", "config.wsgi"]
