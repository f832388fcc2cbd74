-- SPDX-License-Identifier: GPL-3.0-only
-- Load for wrk: wrk ... -s load.lua URL -- FILE. Sends the requests of FILE in turn, over and over,
-- and reports one line "RESULT {...}", times in seconds. FILE holds for each request the number of
-- its bytes, a line end, and the bytes; several requests in one are pipelined.

local requests = {}
local current = 0

function init(args)
    local file = assert(io.open(args[1], "rb"))
    while true do
        local size = file:read("*n")
        if size == nil then
            break
        end
        file:read(1)
        requests[#requests + 1] = file:read(size)
    end
    file:close()
end

function request()
    current = current % #requests + 1
    return requests[current]
end

function done(summary, latency)
    local errors = summary.errors
    local seconds = summary.duration / 1e6
    io.write(string.format(
        'RESULT {"requests":%d,"seconds":%.6f,"rate":%.3f,' ..
            '"p50":%.6f,"p99":%.6f,"p999":%.6f,"max":%.6f,"errors":%d}\n',
        summary.requests, seconds, summary.requests / seconds,
        latency:percentile(50) / 1e6, latency:percentile(99) / 1e6,
        latency:percentile(99.9) / 1e6, latency.max / 1e6,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
