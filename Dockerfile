# One static binary in an empty image. Nothing here names an architecture.
ARG RUST_VERSION=1.95
# A label cannot read the manifest. So this repeats its version, and the build refuses another one.
ARG VERSION=0.1.0

FROM rust:${RUST_VERSION}-slim-bookworm AS build
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /build
# glibc goes into the binary, at a fixed address: 120 kB less than a position-independent one. Cargo spares
# build scripts and macros the flags only where a target is named, so the machine's own is.
ENV RUSTFLAGS="-C target-feature=+crt-static -C relocation-model=static"
COPY Cargo.toml Cargo.lock ./
# Dependencies first, around an empty program, so that a change in src/ does not build them again. Cargo
# wants every bench that the manifest names to be there, though it builds none.
RUN mkdir src benches \
 && sed -n '/^\[\[bench\]\]/{n;s/^name = "\(.*\)"/benches\/\1.rs/p}' Cargo.toml | xargs touch src/lib.rs \
 && echo 'fn main() {}' > src/main.rs \
 && rustc --print host-tuple > target-name \
 && cargo build --release --locked --target "$(cat target-name)"
COPY src src
COPY fixtures fixtures
# Cargo compares times, and the copied files may be older than the empty program.
RUN touch src/lib.rs src/main.rs \
 && cargo build --release --locked --target "$(cat target-name)" \
 && mkdir /image \
 && cp "target/$(cat target-name)/release/anthropic-admin-mock" /image/
ARG VERSION
RUN /image/anthropic-admin-mock --version | grep -qxF "anthropic-admin-mock ${VERSION}"

FROM scratch
ARG VERSION
ARG SOURCE=https://docs.rs/crate/anthropic-admin-mock
LABEL org.opencontainers.image.title="anthropic-admin-mock" \
      org.opencontainers.image.description="A local stand-in for the directory part of Anthropic's Admin API" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.source="${SOURCE}"
COPY --from=build /image/ /
# The image has no /fixtures: what is mounted there, a folder or a file inside it, is the whole world, and without a mount the
# compiled-in default is.
ENV MOCK_LISTEN=0.0.0.0:4010 \
    MOCK_DEFAULT_FIXTURE=/fixtures
USER 65532:65532
EXPOSE 4010
# The start period ends with the first good answer; it is long because a large mounted world takes its time on a slow machine.
HEALTHCHECK --interval=2s --timeout=3s --start-period=60s --retries=3 CMD ["/anthropic-admin-mock", "healthcheck"]
ENTRYPOINT ["/anthropic-admin-mock"]
