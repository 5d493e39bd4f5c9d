-- Durable sends for wrk: one message a request, over all rooms and senders of a plan file, every transaction id used once.
-- Arguments: PLAN RUN. PLAN holds a line `room PATH-ENCODED-ID` a room and `token TOKEN` a sender; RUN makes the
-- transaction ids of this run unlike those of any other.

local rooms, tokens = {}, {}
local run, counter = "", 0
local headers = { ["Content-Type"] = "application/json" }

function init(args)
  for line in io.lines(args[1]) do
    local kind, value = line:match("^(%S+) (.+)$")
    table.insert(kind == "room" and rooms or tokens, value)
  end
  run = args[2]
end

function request()
  counter = counter + 1
  local room = rooms[counter % #rooms + 1]
  local token = tokens[math.floor(counter / #rooms) % #tokens + 1]
  headers["Authorization"] = "Bearer " .. token
  local path = "/_matrix/client/v3/rooms/" .. room .. "/send/m.room.message/" .. run .. "-" .. counter
  local body = '{"msgtype":"m.text","body":"This is message ' .. counter .. ' of ' .. run .. '"}'
  return wrk.format("PUT", path, headers, body)
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\nSUMMARY {"requests":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,"failed":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
