#!/bin/sh
# Off-boarding, tested by a shell: anthropic-admin-mock run --strict --fixture offboard.json -- sh offboard.test.sh
set -eu

found() { # how often the answer to a path has a text
  curl --silent --show-error --fail --max-time 10 --header "x-api-key: $ANTHROPIC_API_KEY" --header "anthropic-version: 2023-06-01" \
    "$ANTHROPIC_BASE_URL/v1/organizations/$1" | grep -o "$2" | wc -l
}

test "$(found 'invites?statuses=pending' '@leaving.example')" -eq 1
test "$(found 'users' '@leaving.example')" -eq 1
python offboard.py leaving.example
test "$(found 'invites?statuses=pending' '@leaving.example')" -eq 0
test "$(found 'users' '@leaving.example')" -eq 0
test "$(found 'api_keys' '"status":"archived"')" -eq 1
python offboard.py leaving.example # what is gone already is no failure
