-- SPDX-License-Identifier: GPL-3.0-only
-- Load for wrk: wrk ... -s load.lua URL -- METHOD KEYS. Sends METHOD for KEYS keys in turn, a PUT
-- with a 40-byte value, and reports one line "RESULT {...}", times in seconds.

local requests = {}
local count = 0
local current = 0

function init(args)
    local method = args[1]
    count = tonumber(args[2])
    local body = method == "PUT" and string.rep("0123456789", 4) or nil
    for i = 1, count do
        requests[i] = wrk.format(method, string.format("/bench:%06d", i - 1), nil, body)
    end
end

function request()
    current = current % count + 1
    return requests[current]
end

function done(summary, latency)
    local errors = summary.errors
    local seconds = summary.duration / 1e6
    io.write(string.format(
        'RESULT {"requests":%d,"seconds":%.6f,"rate":%.3f,' ..
            '"p50":%.6f,"p99":%.6f,"max":%.6f,"errors":%d}\n',
        summary.requests, seconds, summary.requests / seconds,
        latency:percentile(50) / 1e6, latency:percentile(99) / 1e6, latency.max / 1e6,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
