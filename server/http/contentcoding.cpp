// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/contentcoding.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace memorykv {

// The weight of one element of Accept-Encoding in thousandths, 1000 when it has none; one that is
// not from 0 to 1 counts as 0.
static int weightOf(QByteArrayView parameter)
{
    parameter = parameter.trimmed();
    if (parameter.size() < 2 || (parameter[0] | 0x20) != 'q' || parameter[1] != '=')
        return parameter.isEmpty() ? 1000 : 0;
    bool ok = false;
    const double weight = parameter.sliced(2).toByteArray().toDouble(&ok);
    return ok && weight >= 0 && weight <= 1 ? int(weight * 1000) : 0;
}

bool acceptsGzip(QByteArrayView value)
{
    int gzip = -1;
    int identity = 1;
    int any = -1;
    while (!value.isEmpty()) {
        const qsizetype comma = value.indexOf(',');
        const QByteArrayView element = comma < 0 ? value : value.first(comma);
        value = comma < 0 ? QByteArrayView() : value.sliced(comma + 1);
        const qsizetype semicolon = element.indexOf(';');
        const QByteArrayView coding
            = (semicolon < 0 ? element : element.first(semicolon)).trimmed();
        const int weight = semicolon < 0 ? 1000 : weightOf(element.sliced(semicolon + 1));
        if (coding.compare("gzip", Qt::CaseInsensitive) == 0
            || coding.compare("x-gzip", Qt::CaseInsensitive) == 0)
            gzip = weight;
        else if (coding.compare("identity", Qt::CaseInsensitive) == 0)
            identity = weight;
        else if (coding == "*")
            any = weight;
    }
    if (gzip < 0)
        gzip = any;
    return gzip > 0 && gzip >= identity;
}

QByteArray gzipped(QByteArrayView bytes)
{
    if (bytes.size() > std::numeric_limits<uInt>::max())
        return {};
    z_stream stream{};
    constexpr int kGzipWindow = 15 + 16; // the largest window, and a gzip header around it
    if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return {};
    QByteArray out(qsizetype(deflateBound(&stream, uLong(bytes.size()))), Qt::Uninitialized);
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(bytes.data()));
    stream.avail_in = uInt(bytes.size());
    stream.next_out = reinterpret_cast<Bytef *>(out.data());
    stream.avail_out = uInt(out.size());
    const int result = deflate(&stream, Z_FINISH);
    out.truncate(qsizetype(stream.total_out));
    deflateEnd(&stream);
    return result == Z_STREAM_END ? out : QByteArray();
}

// "12" becomes "12-gzip": a different sequence of bytes needs a different strong tag.
static void markETag(QByteArray &fields)
{
    const qsizetype tag = fields.indexOf("ETag: \"");
    if (tag >= 0)
        fields.insert(fields.indexOf("\"\r\n", tag + 7), "-gzip");
}

void compressIfAccepted(const Request &request, Response &response)
{
    if (response.entry || response.body.size() <= kLargestUncompressed)
        return;
    response.addField("Vary", "Accept-Encoding");
    if (!acceptsGzip(request.combinedHeader("Accept-Encoding")))
        return;
    QByteArray compressed = gzipped(response.body);
    if (compressed.isNull() || compressed.size() >= response.body.size())
        return;
    response.body = std::move(compressed);
    response.addField("Content-Encoding", "gzip");
    markETag(response.fields);
}

} // namespace memorykv
