// SPDX-License-Identifier: GPL-3.0-only
#include "tests/support/randomwriter.h"

#include "tests/support/httpclient.h"

namespace memorykv::test {

RandomWriter::RandomWriter(quint16 port)
    : m_thread([this, port] { run(port); })
{ }

RandomWriter::~RandomWriter()
{
    stop();
}

void RandomWriter::stop()
{
    m_stop = true;
    if (m_thread.joinable())
        m_thread.join();
}

void RandomWriter::run(quint16 port)
{
    HttpClient client(port);
    for (unsigned i = 0; !m_stop; ++i) {
        const QByteArray key = "/w:" + QByteArray::number(i * 7919 % 101);
        if (i % 97 == 0)
            client.del("/keys/w:1");
        else if (i % 5 == 0)
            client.del(key);
        else
            client.put(key, QByteArray::number(i));
    }
}

} // namespace memorykv::test
