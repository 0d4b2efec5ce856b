# One image for both sides: `--target coordinator` or `--target client`.

FROM node:22-bookworm AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The full image has the compiler that better-sqlite3 needs where no prebuilt binding fits.
RUN npm ci --omit=dev

FROM node:22-bookworm-slim AS vedette
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY . .
# The commands on the PATH, whatever the folder they are called from.
RUN ln -s /app/coordinator/vedette-coordinator.mjs /usr/local/bin/vedette-coordinator \
    && ln -s /app/client/vedette-client.mjs /usr/local/bin/vedette-client \
    && install -d -o node -g node -m 700 /var/lib/vedette
USER node
VOLUME /var/lib/vedette

FROM vedette AS client
ENV VEDETTE_HOME=/var/lib/vedette
ENTRYPOINT ["vedette-client"]
CMD ["run"]

FROM vedette AS coordinator
ENV VEDETTE_COORDINATOR_HOME=/var/lib/vedette
EXPOSE 7443 7480
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:7480/healthz').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["vedette-coordinator"]
CMD ["serve"]
