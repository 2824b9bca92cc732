# One image for the three services of compose.yaml: Dagster's web server, its daemon, and the code server that runs Kuota.
FROM python:3.11.11-slim-bookworm AS build

WORKDIR /opt/kuota
RUN python -m venv /opt/venv
COPY deploy/requirements.lock deploy/
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes --requirement deploy/requirements.lock
COPY . .
# an editable install: the dbt project, the sources and the expectations are read from the folder of the project
RUN /opt/venv/bin/pip install --no-cache-dir --no-deps --editable . \
    && mkdir /opt/dagster \
    && cat deploy/dagster.yaml deploy/postgres.yaml > /opt/dagster/dagster.yaml \
    && cp deploy/workspace.yaml /opt/dagster/

FROM python:3.11.11-slim-bookworm

RUN useradd --system --uid 10001 --create-home kuota \
    && install --directory --owner kuota --mode 0700 /kuota /kuota/home /kuota/landing
COPY --from=build /opt/venv /opt/venv
COPY --from=build --chown=kuota /opt/kuota /opt/kuota
COPY --from=build /opt/dagster /opt/dagster

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    KUOTA_HOME=/kuota/home \
    KUOTA_LANDING=/kuota/landing \
    DAGSTER_HOME=/opt/dagster
WORKDIR /opt/kuota
USER 10001

CMD ["kuota", "run"]
