// SPDX-License-Identifier: GPL-3.0-only
#include "bench/fanout/options.h"

#include "bench/fanout/payload.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <getopt.h>
#include <string_view>

namespace memorykv::fanout {

namespace {

constexpr char kHelp[]
    = "Usage: bench-fanout --port PORT [--flag value]...\n"
      "\n"
      "Connects consumers to a feed on 127.0.0.1, publishes events with one writer, and prints as "
      "one\n"
      "line of JSON how fast and how completely they were delivered.\n"
      "\n"
      "  --port PORT         port of the server\n"
      "  --protocol NAME     text or json (memorykv-server over WebSocket), nats, redis (text)\n"
      "  --consumers N       consumers (100)\n"
      "  --stall             every tenth of them never reads\n"
      "  --rate N            events a second; 0: as fast as the consumers keep up (1000)\n"
      "  --batch N           events in one request, by POST /-/batch when more than one (1)\n"
      "  --value-size N      bytes of a value; 79 make text events of 110 bytes (79)\n"
      "  --warm-up SECONDS   published before counting begins (0.5)\n"
      "  --seconds SECONDS   counted (3)\n"
      "  --pid PID           process whose processor time is told; may be repeated\n"
      "  --query TEXT        more parameters of /wal, such as op=insert\n";

enum Flag {
    Port = 1,
    ProtocolName,
    Consumers,
    Stall,
    Rate,
    Batch,
    ValueSize,
    WarmUp,
    Seconds,
    Pid,
    Query,
    Help
};

constexpr option kFlags[] = {
    {"port", required_argument, nullptr, Port},
    {"protocol", required_argument, nullptr, ProtocolName},
    {"consumers", required_argument, nullptr, Consumers},
    {"stall", no_argument, nullptr, Stall},
    {"rate", required_argument, nullptr, Rate},
    {"batch", required_argument, nullptr, Batch},
    {"value-size", required_argument, nullptr, ValueSize},
    {"warm-up", required_argument, nullptr, WarmUp},
    {"seconds", required_argument, nullptr, Seconds},
    {"pid", required_argument, nullptr, Pid},
    {"query", required_argument, nullptr, Query},
    {"help", no_argument, nullptr, Help},
    {nullptr, 0, nullptr, 0},
};

[[noreturn]] void refuse(const char *flag, const char *what)
{
    std::fprintf(stderr, "bench-fanout: --%s: %s (see --help)\n", flag, what);
    std::exit(2);
}

template <typename Number>
Number number(const char *flag, std::string_view text, Number least, Number most)
{
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        refuse(flag, "not a number");
    if (value < least || value > most)
        refuse(flag, "out of range");
    return value;
}

Protocol protocolOf(std::string_view name)
{
    if (name == "text")
        return Protocol::WebSocketText;
    if (name == "json")
        return Protocol::WebSocketJson;
    if (name == "nats")
        return Protocol::Nats;
    if (name == "redis")
        return Protocol::Redis;
    refuse("protocol", "text, json, nats or redis");
}

void take(Options &options, int flag, const char *text)
{
    switch (flag) {
    case Port:
        options.port = number<std::uint16_t>("port", text, 1, 65535);
        break;
    case ProtocolName:
        options.protocol = protocolOf(text);
        options.protocolName = text;
        break;
    case Consumers:
        options.consumers = number<std::size_t>("consumers", text, 1, 100'000);
        break;
    case Stall:
        options.stall = true;
        break;
    case Rate:
        options.rate = number<double>("rate", text, 0, 1e7);
        break;
    case Batch:
        options.batch = number<std::size_t>("batch", text, 1, 10'000);
        break;
    case ValueSize:
        options.valueSize = number<std::size_t>("value-size", text, kLeastValueSize, 64 << 10);
        break;
    case WarmUp:
        options.warmUp = number<double>("warm-up", text, 0, 3600);
        break;
    case Seconds:
        options.seconds = number<double>("seconds", text, 0.1, 3600);
        break;
    case Pid:
        options.pids.push_back(number<int>("pid", text, 1, 1 << 30));
        break;
    case Query:
        options.query = text;
        break;
    case Help:
        std::fputs(kHelp, stdout);
        std::exit(0);
    default:
        std::exit(2); // getopt has said what is wrong.
    }
}

} // namespace

Options parseOptions(int argc, char **argv)
{
    Options options;
    for (int flag = 0; (flag = getopt_long(argc, argv, "", kFlags, nullptr)) != -1;)
        take(options, flag, optarg);
    if (optind < argc)
        refuse(argv[optind], "not expected");
    if (options.port == 0)
        refuse("port", "missing");
    const bool isMemorykv = options.protocol == Protocol::WebSocketText
                            || options.protocol == Protocol::WebSocketJson;
    if (options.batch > 1 && !isMemorykv)
        refuse("batch", "only with the protocols text and json");
    if (!options.query.empty() && !isMemorykv)
        refuse("query", "only with the protocols text and json");
    return options;
}

} // namespace memorykv::fanout
