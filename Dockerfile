# One static binary in an empty image. The toolchain's version is the only thing to choose.
ARG RUST_VERSION=1.95

FROM rust:${RUST_VERSION}-slim-bookworm AS build
WORKDIR /build
# glibc goes into the binary. Cargo applies the flag to the program alone, not to build scripts and
# macros, only where a target is named: the machine's own, so that nothing here names an architecture.
ENV RUSTFLAGS="-C target-feature=+crt-static"
COPY Cargo.toml Cargo.lock ./
# Dependencies first, around an empty program: a change in src/ does not build them again. The manifest
# names benches, which have to be there though nobody builds them.
RUN mkdir src benches \
 && touch src/lib.rs benches/invites.rs benches/load.rs \
 && echo 'fn main() {}' > src/main.rs \
 && rustc -vV | sed -n 's/^host: //p' > target-name \
 && cargo build --release --locked --target "$(cat target-name)"
COPY src src
COPY fixtures fixtures
# Cargo compares times, and the copied files may be older than the empty program.
RUN touch src/lib.rs src/main.rs \
 && cargo build --release --locked --target "$(cat target-name)" \
 && mkdir -p /image/fixtures \
 && cp "target/$(cat target-name)/release/anthropic-admin-mock" /image/ \
 && cp fixtures/default.json /image/fixtures/

FROM scratch
LABEL org.opencontainers.image.title="anthropic-admin-mock" \
      org.opencontainers.image.description="A local stand-in for the Invites resource of Anthropic's Admin API" \
      org.opencontainers.image.licenses="MIT"
COPY --from=build /image/ /
# Whatever is mounted at /fixtures takes the place of the default world.
ENV MOCK_LISTEN=0.0.0.0:4010 \
    MOCK_FIXTURE=/fixtures
USER 65532:65532
EXPOSE 4010
HEALTHCHECK --interval=2s --timeout=3s --start-period=5s --retries=3 CMD ["/anthropic-admin-mock", "healthcheck"]
ENTRYPOINT ["/anthropic-admin-mock"]
