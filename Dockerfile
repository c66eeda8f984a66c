# The local service (`likeworth serve`) as a container. See docs/cli.md.
FROM python:3.13-slim AS build
WORKDIR /source
RUN python -m venv /opt/likeworth
COPY requirements-local.lock ./
RUN /opt/likeworth/bin/pip install --no-cache-dir --require-hashes -r requirements-local.lock
COPY pyproject.toml README.md LICENSE requirements.txt requirements-docs.txt requirements-local.txt requirements-mcp.txt app.py ./
COPY infra infra
COPY docs docs
COPY chalicelib chalicelib
RUN /opt/likeworth/bin/pip install --no-cache-dir --no-deps .

FROM python:3.13-slim
RUN useradd --uid 10001 --create-home --home-dir /var/lib/likeworth likeworth
COPY --from=build /opt/likeworth /opt/likeworth
ENV PATH=/opt/likeworth/bin:$PATH PYTHONUNBUFFERED=1 XDG_STATE_HOME=/var/lib/likeworth
USER 10001
WORKDIR /var/lib/likeworth
RUN mkdir data
VOLUME /var/lib/likeworth/data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/v1/health', timeout=4)"]
ENTRYPOINT ["likeworth"]
CMD ["serve", "--host", "0.0.0.0", "--data", "data"]
