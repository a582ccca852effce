-- What wrk sends: DELETEs of invites, each once, of one key after the other; and what it prints: one line of figures.
-- Arguments: how many invites a key has, and how many keys there are, after which it begins again.

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init(args)
  invites, keys, sent = tonumber(args[1]), tonumber(args[2]), 0
  head = "DELETE /v1/organizations/invites/invite_"
  tail = " HTTP/1.1\r\nhost: localhost\r\nanthropic-version: 2023-06-01\r\ncontent-type: application/json\r\n"
    .. "x-api-key: sk-ant-admin01-load-" .. number .. "-"
end

function request()
  local key, invite = math.floor(sent / invites) % keys, sent % invites
  sent = sent + 1
  return head .. invite .. tail .. key .. "\r\n\r\n"
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format("figures %d %d %d %d %d %d", summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.timeout, errors.status))
end
