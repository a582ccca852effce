#!/usr/bin/env bash
# Sends the cURL calls of the vendor's references as they are printed, with only the host changed: curl.sh URL.
set -euo pipefail

url=$1
passed=0 failed=0

# The calls below stay word for word; `-q` keeps a private ~/.curlrc out.
curl() { command curl -q --silent --show-error --max-time 10 --include "${@/https:\/\/api.anthropic.com/$url}"; }

first_reference() {
  ANTHROPIC_ADMIN_KEY=$1
  curl --request DELETE "https://api.anthropic.com/v1/organizations/invites/invite_015gWxCN9Hfg2QhZwTK7Mdeu" \
    --header "anthropic-version: 2023-06-01" \
    --header "content-type: application/json" \
    --header "x-api-key: $ANTHROPIC_ADMIN_KEY"
}

current_reference() {
  ANTHROPIC_API_KEY=$1
  INVITE_ID=invite_015gWxCN9Hfg2QhZwTK7Mdeu
  curl https://api.anthropic.com/v1/organizations/invites/$INVITE_ID \
    -X DELETE \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY"
}

check() { # check NAME WANTED GOT; WANTED is an extended regular expression for the whole of GOT
  if [[ $3 =~ ^($2)$ ]]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAIL %s\n  wanted %s\n  got    %s\n' "$1" "$2" "$3"
  fi
}

header() { # header NAME ANSWER
  printf '%s\n' "$2" | tr -d '\r' | awk -F': ' -v name="$1" 'NF == 0 { exit } tolower($1) == name { print $2 }'
}

request_id='req_011C[1-9A-HJ-NP-Za-km-z]{20}'
uuid='[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'

for reference in first_reference current_reference; do
  key=sk-ant-admin01-curl-$reference

  answer=$($reference "$key")
  check "$reference: status" 'HTTP/1.1 200 OK' "$(head -n 1 <<<"$answer" | tr -d '\r')"
  check "$reference: body" '\{"id":"invite_015gWxCN9Hfg2QhZwTK7Mdeu","type":"invite_deleted"\}' "${answer##*$'\r\n\r\n'}"
  check "$reference: content-type" 'application/json' "$(header content-type "$answer")"
  check "$reference: request-id" "$request_id" "$(header request-id "$answer")"
  check "$reference: anthropic-organization-id" "$uuid" "$(header anthropic-organization-id "$answer")"
  check "$reference: x-should-retry" '' "$(header x-should-retry "$answer")"

  answer=$($reference "$key")
  body=${answer##*$'\r\n\r\n'}
  check "$reference again: status" 'HTTP/1.1 404 Not Found' "$(head -n 1 <<<"$answer" | tr -d '\r')"
  check "$reference again: type" '.*"error":\{"type":"not_found_error","message":"Invite `invite_015gWxCN9Hfg2QhZwTK7Mdeu` not found\."\}.*' "$body"
  check "$reference again: content-type" 'application/json' "$(header content-type "$answer")"
  check "$reference again: request-id" "$request_id" "$(header request-id "$answer")"
  check "$reference again: request_id" ".*\"request_id\":\"$(header request-id "$answer")\".*" "$body"
  check "$reference again: x-should-retry" 'false' "$(header x-should-retry "$answer")"
  check "$reference again: x-mock-reason" '[a-z0-9-]+' "$(header x-mock-reason "$answer")"
done

echo "$passed passed, $failed failed"
((failed == 0))
