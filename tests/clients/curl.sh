#!/usr/bin/env bash
# Sends the cURL calls of the vendor's references as they are printed, with only the host changed: curl.sh URL.
set -euo pipefail

url=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
passed=0 failed=0

# The calls below stay word for word; `-q` keeps a private ~/.curlrc out. Of a call with a key the references print another
# form as well, which has a bearer token in its place: with `as_bearer` that one is sent.
as_bearer=
curl() {
  local arguments=("${@/https:\/\/api.anthropic.com/$url}")
  if [[ $as_bearer ]]; then arguments=("${arguments[@]/#X-Api-Key:/Authorization: Bearer}"); fi
  command curl -q --silent --show-error --max-time 10 --include "${arguments[@]}"
}

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

# The current references of all operations, in an organization that has what they name.

ANTHROPIC_API_KEY=
USER_ID=user_01WCz1FkmYMm4gnmykNKUu3Q
WORKSPACE_ID=wrkspc_01JwQvzr7rXLA5AGx3HKfFUJ
API_KEY_ID=apikey_01Rj2N8SVvo6BePZj99NhmiT
INVITE_ID=invite_015gWxCN9Hfg2QhZwTK7Mdeu

organization_retrieve() {
  curl https://api.anthropic.com/v1/organizations/me \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY"
}

invites_create() {
  curl https://api.anthropic.com/v1/organizations/invites \
    -H 'Content-Type: application/json' \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY" \
    -d '{
          "email": "user@emaildomain.com",
          "role": "user"
        }'
}

invites_retrieve() {
  curl https://api.anthropic.com/v1/organizations/invites/$INVITE_ID \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY"
}

invites_list() {
  curl https://api.anthropic.com/v1/organizations/invites \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY"
}

invites_delete() {
  curl https://api.anthropic.com/v1/organizations/invites/$INVITE_ID \
    -X DELETE \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY"
}

users_retrieve() {
  curl https://api.anthropic.com/v1/organizations/users/$USER_ID \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY"
}

users_list() {
  curl https://api.anthropic.com/v1/organizations/users \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY"
}

users_update() {
  curl https://api.anthropic.com/v1/organizations/users/$USER_ID \
    -H 'Content-Type: application/json' \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY" \
    -d '{
          "role": "user"
        }'
}

users_remove() {
  curl https://api.anthropic.com/v1/organizations/users/$USER_ID \
    -X DELETE \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY"
}

workspaces_create() {
  curl https://api.anthropic.com/v1/organizations/workspaces \
    -H 'Content-Type: application/json' \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY" \
    -d '{
          "name": "x",
          "display_color": "#6C5BB9",
          "external_key_id": "ekey_01SDCCSbTxrXDpWc1phhtcfK",
          "tags": {
            "env": "prod",
            "team": "platform"
          }
        }'
}

workspaces_retrieve() {
  curl https://api.anthropic.com/v1/organizations/workspaces/$WORKSPACE_ID \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY"
}

workspaces_list() {
  curl https://api.anthropic.com/v1/organizations/workspaces \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY"
}

workspaces_update() {
  curl https://api.anthropic.com/v1/organizations/workspaces/$WORKSPACE_ID \
    -H 'Content-Type: application/json' \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY" \
    -d '{
          "display_color": "#6C5BB9",
          "external_key_id": "ekey_01SDCCSbTxrXDpWc1phhtcfK",
          "tags": {
            "env": "prod",
            "team": "platform"
          }
        }'
}

workspaces_archive() {
  curl https://api.anthropic.com/v1/organizations/workspaces/$WORKSPACE_ID/archive \
    -X POST \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY"
}

members_add() {
  curl https://api.anthropic.com/v1/organizations/workspaces/$WORKSPACE_ID/members \
    -H 'Content-Type: application/json' \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY" \
    -d '{
          "user_id": "user_01WCz1FkmYMm4gnmykNKUu3Q",
          "workspace_role": "workspace_admin"
        }'
}

members_retrieve() {
  curl https://api.anthropic.com/v1/organizations/workspaces/$WORKSPACE_ID/members/$USER_ID \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY"
}

members_list() {
  curl https://api.anthropic.com/v1/organizations/workspaces/$WORKSPACE_ID/members \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY"
}

members_update() {
  curl https://api.anthropic.com/v1/organizations/workspaces/$WORKSPACE_ID/members/$USER_ID \
    -H 'Content-Type: application/json' \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY" \
    -d '{
          "workspace_role": "workspace_user"
        }'
}

members_remove() {
  curl https://api.anthropic.com/v1/organizations/workspaces/$WORKSPACE_ID/members/$USER_ID \
    -X DELETE \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY"
}

api_keys_retrieve() {
  curl https://api.anthropic.com/v1/organizations/api_keys/$API_KEY_ID \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY"
}

api_keys_list() {
  curl https://api.anthropic.com/v1/organizations/api_keys \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY"
}

api_keys_update() {
  curl https://api.anthropic.com/v1/organizations/api_keys/$API_KEY_ID \
    -H 'Content-Type: application/json' \
    -H 'anthropic-version: 2023-06-01' \
    -H "X-Api-Key: $ANTHROPIC_API_KEY" \
    -d '{}'
}

# Regular expressions for the objects of the reference.

organization="\\{\"id\":\"$uuid\",\"type\":\"organization\",\"name\":\"Organization Name\"\\}"

user() { # user ID EMAIL NAME ROLE
  printf '%s' "\{\"id\":\"$1\",\"type\":\"user\",\"email\":\"$2\",\"name\":\"$3\",\"role\":\"$4\",\"added_at\":$time\}"
}

workspace() { # workspace ID NAME ARCHIVED_AT EXTERNAL_KEY_ID TAGS
  printf '%s' "\{\"id\":\"$1\",\"type\":\"workspace\",\"name\":\"$2\",\"created_at\":$time,\"archived_at\":$3," \
    "\"display_color\":\"#6C5BB9\",\"compartment_id\":\"$uuid\"," \
    '"data_residency":\{"workspace_geo":"us","allowed_inference_geos":"unrestricted","default_inference_geo":"global"\},' \
    "\"external_key_id\":$4,\"tags\":\{$5\},\"user_profile_id\":null\}"
}

member() { # member ROLE
  printf '%s' "\{\"type\":\"workspace_member\",\"user_id\":\"$USER_ID\",\"workspace_id\":\"$WORKSPACE_ID\",\"workspace_role\":\"$1\"\}"
}

# The version of the references is one that still has `workspace_id`.
api_key="\{\"id\":\"$API_KEY_ID\",\"type\":\"api_key\",\"name\":\"Developer Key\",\"created_at\":$time,\"expires_at\":null,"
api_key+='"status":"active","partial_key_hint":"sk-ant-api03-R2D\.\.\.igAA",'
api_key+="\"created_by\":\{\"id\":\"$USER_ID\",\"type\":\"user\"\},\"principal\":null,"
api_key+="\"scope\":\{\"type\":\"workspace\",\"workspace_id\":\"$WORKSPACE_ID\"\},\"workspace_id\":\"$WORKSPACE_ID\"\}"

jane=$(user "$USER_ID" jane@emaildomain.com 'Jane Doe' user)
admin=$(user user_01AdminAdminAdminAdminAd admin@emaildomain.com Admin admin)
before=$(workspace $WORKSPACE_ID 'Workspace Name' null null '')
with_key='"ekey_01SDCCSbTxrXDpWc1phhtcfK"'
tags='"env":"prod","team":"platform"'
invited=$(invite $INVITE_ID invited@emaildomain.com user pending)

for as_bearer in '' yes; do
  ANTHROPIC_API_KEY=sk-ant-admin01-curl-references$as_bearer
  command curl -q --silent --fail --output /dev/null --request PUT "$url/_mock/state" \
    --header "x-api-key: $ANTHROPIC_API_KEY" --data "@$here/reference.json"
  # In an order in which each finds what it needs.
  while read -r reference body; do
    check_success "$reference ${as_bearer:+as bearer}" "$body" "$($reference)"
  done <<CALLS
organization_retrieve $organization
users_list $(page "\"$USER_ID\"" '"user_01AdminAdminAdminAdminAd"' "$jane" "$admin")
users_retrieve $jane
users_update $jane
workspaces_list $(page "\"$WORKSPACE_ID\"" "\"$WORKSPACE_ID\"" "$before")
workspaces_retrieve $before
workspaces_create $(workspace 'wrkspc_01[1-9A-HJ-NP-Za-km-z]{22}' x null "$with_key" "$tags")
workspaces_update $(workspace $WORKSPACE_ID 'Workspace Name' null "$with_key" "$tags")
members_list $(page null null)
members_add $(member workspace_admin)
members_list $(page "\"$USER_ID\"" "\"$USER_ID\"" "$(member workspace_admin)")
members_retrieve $(member workspace_admin)
members_update $(member workspace_user)
members_remove \{"type":"workspace_member_deleted","user_id":"$USER_ID","workspace_id":"$WORKSPACE_ID"\}
api_keys_list $(page "\"$API_KEY_ID\"" "\"$API_KEY_ID\"" "$api_key")
api_keys_retrieve $api_key
api_keys_update $api_key
workspaces_archive $(workspace $WORKSPACE_ID 'Workspace Name' "$time" "$with_key" "$tags")
users_remove \{"id":"$USER_ID","type":"user_deleted"\}
invites_list $(page "\"$INVITE_ID\"" "\"$INVITE_ID\"" "$invited")
invites_retrieve $invited
invites_create $is_new
invites_delete \{"id":"$INVITE_ID","type":"invite_deleted"\}
CALLS
done
as_bearer=

echo "$passed passed, $failed failed"
((failed == 0))
