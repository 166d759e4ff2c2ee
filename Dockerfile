# The image that Heroku, or any Docker, runs:
#
#     docker build -t dyndns53 .

FROM debian:bookworm-slim AS build
WORKDIR /src
COPY packages.sh .
RUN . ./packages.sh && install_missing $BUILD_PACKAGES
COPY . .
RUN cmake -S . -B /build -G Ninja \
        -DCMAKE_BUILD_TYPE=Release -DDYNDNS53_TESTS=OFF \
    && ninja -C /build \
    && strip /build/server/dyndns53 /build/cli/dyndb

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates \
        libcsv3 \
        libcurl4 \
        libh2o-evloop0.13 \
        libjansson4 \
        libssl3 \
        libxml2 \
        zlib1g \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /build/server/dyndns53 /build/cli/dyndb /usr/local/bin/

# Nobody in particular; Heroku chooses a user of its own. The server writes no
# file.
USER 10053:10053

# The port unless PORT says otherwise, as it does on Heroku.
EXPOSE 8080

# Without a shell around it, so that SIGTERM reaches the server itself.
CMD ["dyndns53"]
