FROM golang:1.26-bookworm AS build
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends python3 python3-pip \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src

# Libraries, models and modules change less often than the source: layers of their own.
COPY Makefile go.mod go.sum models.lock models.sha256 mupdf.lock ./
COPY licenses licenses
COPY raster/mupdf/library.go raster/mupdf/
RUN make mupdf models
RUN go mod download

COPY . .
ARG VERSION=dev
RUN make build VERSION="$VERSION"

FROM debian:bookworm-slim
# libstdc++6 is for MuPDF and ONNX Runtime.
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libstdc++6 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin ocr
WORKDIR /opt/ocr-gateway
COPY --from=build /src/bin/ocr-gateway ./
COPY --from=build /src/lib ./lib
COPY --from=build /src/models ./models
COPY LICENSE ./
ENV PATH=/opt/ocr-gateway:$PATH
USER 10001
EXPOSE 8007
HEALTHCHECK --interval=15s --timeout=6s --start-period=30s --retries=3 \
  CMD ["ocr-gateway", "healthcheck", "--url", "http://127.0.0.1:8007/livez"]
# Give it OCR_SERVER_API_KEYS, or OCR_SERVER_ALLOW_KEYLESS=true where its port is published
# to this machine alone.
ENTRYPOINT ["ocr-gateway"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8007"]
