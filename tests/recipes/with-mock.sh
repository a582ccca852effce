#!/bin/sh
# Runs a command beside a mock of its own: with-mock.sh pytest. Ends as the command does, or with 1 if the mock failed.
set -eu

export MOCK_LISTEN="${MOCK_LISTEN:-127.0.0.1:4010}"
export ANTHROPIC_BASE_URL="http://$MOCK_LISTEN" ANTHROPIC_API_KEY=sk-ant-admin01-ci

failed() {
  cat mock.log >&2
  exit 1
}

anthropic-admin-mock >mock.log 2>&1 &
mock=$!
trap 'kill "$mock" 2>/dev/null && wait "$mock" || true' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

tries=0
# Its own word as well, since on a port that is taken another mock may answer.
until grep -q '^listening on ' mock.log && anthropic-admin-mock healthcheck 2>/dev/null; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || failed
  kill -0 "$mock" 2>/dev/null || failed
  sleep 0.1
done

"$@"

trap - EXIT
kill -TERM "$mock" 2>/dev/null || failed
wait "$mock" || failed # 0 is a clean stop
