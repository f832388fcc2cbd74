// SPDX-License-Identifier: GPL-3.0-only
#include "server/http/problem.h"

#include "tests/server/http/httpfixture.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QtTest>

using namespace memorykv;
using memorykv::test::fieldOf;

class TestProblem : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void statusOfCode_data();
    void statusOfCode();
    void detailIsEscaped();
    void extraMembersComeLast();
    void unavailableSaysWhenToRetry();
    void upgradeRequiredNamesTheProtocol();
};

void TestProblem::statusOfCode_data()
{
    QTest::addColumn<int>("code");
    QTest::addColumn<int>("status");
    const auto row = [](ErrorCode code, int status) {
        QTest::newRow(errorTitle(code).data()) << int(code) << status;
    };
    row(ErrorCode::InvalidRequest, 400);
    row(ErrorCode::InvalidArgument, 400);
    row(ErrorCode::Unauthorized, 401);
    row(ErrorCode::Forbidden, 403);
    row(ErrorCode::NotFound, 404);
    row(ErrorCode::MethodNotAllowed, 405);
    row(ErrorCode::Timeout, 408);
    row(ErrorCode::PreconditionFailed, 412);
    row(ErrorCode::BodyTooLarge, 413);
    row(ErrorCode::TargetTooLong, 414);
    row(ErrorCode::UnsupportedMedia, 415);
    row(ErrorCode::ExpectationFailed, 417);
    row(ErrorCode::MisdirectedRequest, 421);
    row(ErrorCode::UpgradeRequired, 426);
    row(ErrorCode::TooManyRequests, 429);
    row(ErrorCode::HeadTooLarge, 431);
    row(ErrorCode::Internal, 500);
    row(ErrorCode::NotImplemented, 501);
    row(ErrorCode::Unavailable, 503);
    row(ErrorCode::VersionNotSupported, 505);
    row(ErrorCode::OutOfMemory, 507);
}

void TestProblem::statusOfCode()
{
    QFETCH(int, code);
    QFETCH(int, status);
    QCOMPARE(httpStatus(ErrorCode(code)), status);
    const Response response = problem({ErrorCode(code), "the field is wrong"});
    QCOMPARE(response.status, status);
    QCOMPARE(fieldOf(response, "Content-Type"), QByteArray("application/problem+json"));
    const QJsonObject json = QJsonDocument::fromJson(response.body).object();
    QCOMPARE(json.keys(), (QStringList{QStringLiteral("detail"), QStringLiteral("status"),
                                       QStringLiteral("title"), QStringLiteral("type")}));
    QCOMPARE(json[u"type"].toString(), QStringLiteral("about:blank"));
    QCOMPARE(json[u"status"].toInt(), status);
    QCOMPARE(json[u"title"].toString(), QString::fromLatin1(errorTitle(ErrorCode(code))));
    QCOMPARE(json[u"detail"].toString(), QStringLiteral("the field is wrong"));
}

void TestProblem::detailIsEscaped()
{
    const QByteArray detail = "'\"\\\r\n\x01\xC3\xBC\xFF'";
    const QJsonDocument json
        = QJsonDocument::fromJson(problem({ErrorCode::InvalidArgument, detail}).body);
    QVERIFY(json.isObject());
    QCOMPARE(json.object()[u"detail"].toString(), QString::fromUtf8(detail));
}

void TestProblem::extraMembersComeLast()
{
    const Response response = problem({ErrorCode::PreconditionFailed, "no"}, "\"index\":3");
    QVERIFY(response.body.endsWith(",\"index\":3}"));
    QCOMPARE(QJsonDocument::fromJson(response.body).object()[u"index"].toInt(), 3);
}

void TestProblem::unavailableSaysWhenToRetry()
{
    QVERIFY(fieldOf(problem({ErrorCode::Unavailable, "no"}), "Retry-After").toInt() > 0);
    QVERIFY(fieldOf(problem({ErrorCode::NotFound, "no"}), "Retry-After").isNull());
}

// RFC 9110 15.5.22, and 7.8: who sends Upgrade names it in Connection, too.
void TestProblem::upgradeRequiredNamesTheProtocol()
{
    const Response response = problem({ErrorCode::UpgradeRequired, "no"});
    QCOMPARE(fieldOf(response, "Upgrade"), QByteArray("websocket"));
    QByteArray bytes;
    appendResponse(response, {}, bytes);
    QVERIFY(bytes.toLower().contains("\r\nconnection: upgrade\r\n"));
}

QTEST_GUILESS_MAIN(TestProblem)
#include "tst_problem.moc"
