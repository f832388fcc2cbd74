// SPDX-License-Identifier: GPL-3.0-only
#include "server/app/flags.h"

#include "shared/bytes.h"

#include <algorithm>

namespace memorykv {

namespace {

/// "--max-value SIZE".
QByteArray usageOf(const Flag &flag)
{
    const QByteArray name = "--" + flag.name.toByteArray();
    return flag.value.isEmpty() ? name : name + ' ' + flag.value.toByteArray();
}

void addLine(const QByteArray &usage, qsizetype width, const QByteArray &text, QByteArray &help)
{
    appendAll({"  ", usage.leftJustified(width), "  ", text, "\n"}, help);
}

} // namespace

QByteArray helpText()
{
    qsizetype width = 0;
    for (const Flag &flag : flags())
        width = std::max(width, usageOf(flag).size());

    QByteArray help = "Usage: memorykv-server [--flag value]...\n"
                      "\n"
                      "In-memory key-value server that can be watched: REST in, a live feed of\n"
                      "everything that happens out.\n";
    QByteArrayView group;
    for (const Flag &flag : flags()) {
        if (flag.group != group) {
            group = flag.group;
            appendAll({"\n", group, ":\n"}, help);
        }
        addLine(usageOf(flag), width,
                flag.help.toByteArray() + " (" + flag.defaultValue.toByteArray() + ')', help);
    }
    help += "\nOther:\n";
    addLine("--new-token", width, "ROLE [PREFIX]: print a new token and its line", help);
    addLine("--check DIR", width, "verify a data directory and tell what it holds", help);
    addLine("--repair DIR", width, "cut a damaged log where the damage begins", help);
    addLine("--help", width, "print this text and end", help);
    addLine("--version", width, "print the version and end", help);

    help += "\n"
            "The default is in parentheses. SIZE is in bytes, or with KiB, MiB or GiB (K, M,\n"
            "G for short). TIME is in seconds, or with s, m or h. ORIGIN is scheme, host and\n"
            "port, NAME a host; several with commas, or the flag again. Of any other flag\n"
            "given twice the last one counts. SIGHUP makes the server read its tokens and\n"
            "its certificate again.\n"
            "\n"
            "Each flag is an environment variable too, MEMORYKV_ and its name in upper case\n"
            "with _ for -, such as MEMORYKV_MAX_VALUE=1MiB. Without MEMORYKV_ in front,\n";
    QByteArray others;
    for (const Flag &flag : flags()) {
        if (!flag.otherName.isEmpty())
            others += (others.isEmpty() ? "" : " and ") + flag.otherName.toByteArray();
    }
    appendAll({others, " work too.\n"}, help);
    help += "A flag goes before a variable, a MEMORYKV_ variable before one without.\n"
            "\n"
            "Examples:\n"
            "  memorykv-server\n"
            "  memorykv-server --address 0.0.0.0 --token-file tokens --metrics-port 9090\n"
            "  memorykv-server --tls-cert cert.pem --tls-key key.pem --host kv.example\n"
            "  memorykv-server --threads 4 --max-memory 2GiB --history 256MiB\n"
            "  memorykv-server --cors-origin https://app.example,https://dev.example:8443\n"
            "  MEMORYKV_LOG_FORMAT=json memorykv-server --log-level debug\n";
    return help;
}

QByteArray versionText()
{
    return "memorykv-server " MEMORYKV_VERSION " (Qt " + QByteArray(qVersion()) + ")\n";
}

} // namespace memorykv
