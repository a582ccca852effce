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

create_reference() {
  ANTHROPIC_API_KEY=$1
  curl https://api.anthropic.com/v1/organizations/invites \
    -H 'Content-Type: application/json' \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY" \
    -d '{
          "email": "user@emaildomain.com",
          "role": "user"
        }'
}

retrieve_reference() {
  ANTHROPIC_ADMIN_KEY=$1
  curl "https://api.anthropic.com/v1/organizations/invites/invite_015gWxCN9Hfg2QhZwTK7Mdeu" \
    --header "anthropic-version: 2023-06-01" \
    --header "content-type: application/json" \
    --header "x-api-key: $ANTHROPIC_ADMIN_KEY"
}

list_reference() { # list_reference KEY QUERY; the references have no query
  ANTHROPIC_ADMIN_KEY=$1
  curl "https://api.anthropic.com/v1/organizations/invites${2:-}" \
    --header "x-api-key: $ANTHROPIC_ADMIN_KEY" \
    --header "anthropic-version: 2023-06-01"
}

check() { # check NAME WANTED GOT; WANTED is an extended regular expression for the whole of GOT
  if [[ $3 =~ ^($2)$ ]]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAIL %s\n  wanted %s\n  got    %s\n' "$1" "$2" "$3"
  fi
}

check_success() { # check_success NAME BODY ANSWER; BODY is an extended regular expression
  check "$1: status" 'HTTP/1.1 200 OK' "$(head -n 1 <<<"$3" | tr -d '\r')"
  check "$1: body" "$2" "${3##*$'\r\n\r\n'}"
  check "$1: content-type" 'application/json' "$(header content-type "$3")"
  check "$1: request-id" "$request_id" "$(header request-id "$3")"
  check "$1: anthropic-organization-id" "$uuid" "$(header anthropic-organization-id "$3")"
  check "$1: x-should-retry" '' "$(header x-should-retry "$3")"
}

header() { # header NAME ANSWER
  printf '%s\n' "$2" | tr -d '\r' | awk -F': ' -v name="$1" 'NF == 0 { exit } tolower($1) == name { print $2 }'
}

request_id='req_011C[1-9A-HJ-NP-Za-km-z]{20}'
uuid='[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'

for reference in first_reference current_reference; do
  key=sk-ant-admin01-curl-$reference

  answer=$($reference "$key")
  check_success "$reference" '\{"id":"invite_015gWxCN9Hfg2QhZwTK7Mdeu","type":"invite_deleted"\}' "$answer"

  answer=$($reference "$key")
  body=${answer##*$'\r\n\r\n'}
  check "$reference again: status" 'HTTP/1.1 404 Not Found' "$(head -n 1 <<<"$answer" | tr -d '\r')"
  # shellcheck disable=SC2016 # the backticks are the message's
  check "$reference again: type" '.*"error":\{"type":"not_found_error","message":"Invite `invite_015gWxCN9Hfg2QhZwTK7Mdeu` not found\."\}.*' "$body"
  check "$reference again: content-type" 'application/json' "$(header content-type "$answer")"
  check "$reference again: request-id" "$request_id" "$(header request-id "$answer")"
  check "$reference again: request_id" ".*\"request_id\":\"$(header request-id "$answer")\".*" "$body"
  check "$reference again: x-should-retry" 'false' "$(header x-should-retry "$answer")"
  check "$reference again: x-mock-reason" '[a-z0-9-]+' "$(header x-mock-reason "$answer")"
done

# The other three operations. An invite has its nine fields in the order of the contract.

key=sk-ant-admin01-curl-others
time='"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]{1,6})?Z"'
new='invite_01[1-9A-HJ-NP-Za-km-z]{22}'
pending=invite_015gWxCN9Hfg2QhZwTK7Mdeu
accepted=invite_01AcceptedAcceptedAccept
expired=invite_01ExpiredExpiredExpiredX

invite() { # invite ID EMAIL ROLE STATUS [ACCEPTED_AT]; a regular expression for it
  printf '%s' "\{\"id\":\"$1\",\"type\":\"invite\",\"email\":\"$2\",\"role\":\"$3\",\"invited_at\":$time,\"expires_at\":$time," \
    "\"status\":\"$4\",\"rbac_group_ids\":\[\],\"accepted_at\":${5:-null}\}"
}

page() { # page FIRST LAST INVITE...
  local first=$1 last=$2 IFS=,
  shift 2
  printf '%s' "\{\"data\":\[$*\],\"has_more\":false,\"first_id\":$first,\"last_id\":$last\}"
}

is_pending=$(invite $pending pending@example.com developer pending)
is_accepted=$(invite $accepted accepted@example.com user accepted "$time")
is_expired=$(invite $expired expired@example.com billing expired)
is_new=$(invite "$new" user@emaildomain.com user pending)

check_success retrieve_reference "$is_pending" "$(retrieve_reference "$key")"
check_success list_reference "$(page "\"$accepted\"" "\"$expired\"" "$is_accepted" "$is_pending" "$is_expired")" "$(list_reference "$key")"
check_success create_reference "$is_new" "$(create_reference "$key")"

answer=$(create_reference "$key")
check 'create_reference again: status' 'HTTP/1.1 400 Bad Request' "$(head -n 1 <<<"$answer" | tr -d '\r')"
check 'create_reference again: body' ".*\"error\":\{\"type\":\"invalid_request_error\",\"message\":\"[^\"]*${new}[^\"]*\",\"details\":\{\"error_code\":\"invite_already_exists\"\}\}.*" "${answer##*$'\r\n\r\n'}"

for query in '?statuses=pending&statuses=expired' '?statuses%5B%5D=pending&statuses%5B%5D=expired' '?statuses=pending&statuses%5B%5D=expired'; do
  check_success "list $query" "$(page "\"$new\"" "\"$expired\"" "$is_new" "$is_pending" "$is_expired")" "$(list_reference "$key" "$query")"
done
check_success 'an empty list' "$(page null null)" "$(list_reference "$key" '?email=nobody%40example.com')"

for data in '{' '[]' ''; do
  answer=$(curl https://api.anthropic.com/v1/organizations/invites -H 'anthropic-version: 2023-06-01' -H "X-Api-Key: $key" -d "$data")
  check "creating with '$data': status" 'HTTP/1.1 400 Bad Request' "$(head -n 1 <<<"$answer" | tr -d '\r')"
  check "creating with '$data': type" '.*"error":\{"type":"invalid_request_error","message":"[^{}]*"\}.*' "${answer##*$'\r\n\r\n'}"
done

echo "$passed passed, $failed failed"
((failed == 0))
