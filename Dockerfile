# Two stages: the first installs and builds the catalog, the second has only what runs.
FROM python:3.13-slim AS build
WORKDIR /app
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
COPY requirements/run.txt requirements/run.txt
RUN python -m venv /venv && /venv/bin/pip install --require-hashes -r requirements/run.txt
COPY bot bot
COPY cogs cogs
COPY data data
# The catalog is built once, here; the same content is never built again, so the root can be read-only.
RUN WILLITRUN_CATALOG_FILE=/app/catalog.sqlite /venv/bin/python -m bot ask /about && /venv/bin/python -m compileall -q bot cogs

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /state --shell /usr/sbin/nologin willitrun && install -d -o willitrun /state
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER 10001
VOLUME /state
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    XDG_STATE_HOME=/state \
    WILLITRUN_CATALOG_FILE=/app/catalog.sqlite \
    WILLITRUN_LOG_FORMAT=json \
    WILLITRUN_HOST=0.0.0.0 \
    WILLITRUN_METRICS_PORT=8081
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=3s --start-period=20s CMD ["python", "-m", "bot", "healthy"]
ENTRYPOINT ["python", "-m", "bot"]
