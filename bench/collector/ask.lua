-- What wrk asks for. Arguments: what (pixel, batch of page views, or mix: a batch as SDKs send
-- it), write key, people (0: everybody is new), seed.
-- Every message has a message id of its own; wrk prints one line of JSON at the end.
local what, key, people, seed
local body = {}

function setup(thread) thread:set("number", 1) end

local function is_batch() return what ~= "pixel" end

function init(args)
  what, key, people = args[1], args[2], tonumber(args[3])
  math.randomseed(tonumber(args[4]))
  wrk.headers["User-Agent"] =
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
  if is_batch() then
    wrk.method = "POST"
    wrk.headers["Content-Type"] = "application/json"
  end
end

local function word() return math.random(0, 0xffff) end

local function uuid()
  return string.format("%04x%04x-%04x-4%03x-a%03x-%04x%04x%04x", word(), word(), word(),
    math.random(0, 0xfff), math.random(0, 0xfff), word(), word(), word())
end

local function person()
  if people == 0 then return uuid() end
  return string.format("00000000-0000-4000-a000-%012x", math.random(1, people))
end

local function message()
  return string.format('{"type":"page","messageId":"%s","anonymousId":"%s",' ..
    '"properties":{"url":"https://www.example.com/blog/%d","title":"An article"}}',
    uuid(), person(), math.random(1, 200))
end

function mixed()
  local dice = math.random(1, 10)
  if dice <= 6 then return message() end
  if dice <= 9 then
    return string.format('{"type":"track","event":"Asset Downloaded","messageId":"%s",' ..
      '"anonymousId":"%s","properties":{"asset_id":"guide-%d","plan":"team","seats":%d,' ..
      '"campaign":"spring","position":"footer"},"context":{"library":{"name":"bench"}}}',
      uuid(), person(), math.random(1, 50), math.random(1, 500))
  end
  local id = person()
  return string.format('{"type":"identify","messageId":"%s","anonymousId":"%s",' ..
    '"userId":"user-%s","traits":{"email":"%s@example.com","name":"Ana Example"}}',
    uuid(), id, id, id)
end

function request()
  if is_batch() then
    local make = what == "mix" and mixed or message
    for i = 1, 100 do body[i] = make() end
    return wrk.format(nil, "/v1/batch", nil,
      '{"writeKey":"' .. key .. '","batch":[' .. table.concat(body, ",") .. "]}")
  end
  return wrk.format(nil, string.format(
    "/p.gif?k=%s&u=https%%3A%%2F%%2Fwww.example.com%%2Fblog%%2F%d&a=%s&m=%s",
    key, math.random(1, 200), person(), uuid()))
end

function done(summary, latency, requests)
  local bad = summary.errors
  io.write(string.format('JSON {"requests":%d,"seconds":%.6f,"p50":%.1f,"p99":%.1f,"max":%.1f,' ..
    '"refused":%d,"broken":%d}\n', summary.requests, summary.duration / 1e6,
    latency:percentile(50), latency:percentile(99), latency.max,
    bad.status, bad.connect + bad.read + bad.write + bad.timeout))
end
