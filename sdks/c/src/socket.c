// SPDX-License-Identifier: MIT
#include "socket.h"

#include "answer.h"

#include <libwebsockets.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>

enum {
    MKV_READ_SIZE = 64 * 1024,
    /** The request with a long filter, or a token, does not fit what libwebsockets takes itself. */
    MKV_HEAD_SIZE = 16 * 1024,
    MKV_FEW_SOCKETS = 32,
    /** Code of a close, see docs/feed.md. */
    MKV_CLOSE_TOO_SLOW = 1013
};

/** A connection while it runs. */
struct run
{
    struct mkv_socket *socket;
    struct mkv_wakeup *wakeup;
    struct lws *wsi;
    struct mkv_buffer message;
    lws_sorted_usec_list_t timer;
    /** Something has come since the timer was set. */
    bool heard;
    /** A ping was sent since anything has come. */
    bool asked;
    bool ended;
};

static void end(struct run *run, memkv_code code, int status, const char *text, size_t length)
{
    if (run->ended)
        return;
    run->ended = true;
    run->socket->code = code;
    run->socket->status = status;
    snprintf(run->socket->text, sizeof run->socket->text, "%.*s", (int)length, text ? text : "");
}

static void end_text(struct run *run, memkv_code code, const char *text)
{
    end(run, code, 0, text, strlen(text));
}

static struct run *run_of(lws_sorted_usec_list_t *timer)
{
    return lws_container_of(timer, struct run, timer);
}

static void set_timer(struct run *run, sul_cb_t then, long after_ms)
{
    lws_sul_schedule(lws_get_context(run->wsi), 0, &run->timer, then,
                     (lws_usec_t)after_ms * LWS_US_PER_MS);
}

/** Ends from within a timer, after which libwebsockets would go on to wait for the socket. */
static void time_out(struct run *run, const char *text)
{
    end_text(run, MEMKV_TIMEOUT, text);
    lws_cancel_service(lws_get_context(run->wsi));
}

static void on_handshake_timeout(lws_sorted_usec_list_t *timer)
{
    time_out(run_of(timer), "the server does not complete the handshake");
}

/** Comes after each half of the idle time: asks, then gives up. */
static void on_half_idle(lws_sorted_usec_list_t *timer)
{
    struct run *run = run_of(timer);
    if (run->heard) {
        run->asked = false;
    } else if (run->asked) {
        time_out(run, "the server has gone silent");
        return;
    } else {
        run->asked = true;
        lws_callback_on_writable(run->wsi);
    }
    run->heard = false;
    set_timer(run, on_half_idle, run->socket->idle_ms / 2 + 1);
}

static int send_ping(struct run *run)
{
    unsigned char room[LWS_PRE + 1];
    if (!run->asked || run->heard)
        return 0;
    return lws_write(run->wsi, room + LWS_PRE, 0, LWS_WRITE_PING) < 0 ? -1 : 0;
}

static int add_fields(struct run *run, struct lws *wsi, unsigned char **at, size_t room)
{
    if (!run->socket->token)
        return 0;
    struct mkv_buffer value = {0};
    mkv_buffer_text(&value, "Bearer ");
    mkv_buffer_text(&value, run->socket->token);
    const int failed = value.failed
                       || lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_AUTHORIZATION,
                                                       (const unsigned char *)value.data,
                                                       (int)value.length, at, *at + room);
    mkv_buffer_free(&value);
    return failed ? -1 : 0;
}

/** The answer to the handshake is there; one that refuses it ends the connection. */
static int look_at_answer(struct run *run, struct lws *wsi)
{
    const int status = (int)lws_http_client_http_response(wsi);
    if (status == 101 || status == 0)
        return 0;
    char wait[64];
    char text[64];
    if (lws_hdr_copy(wsi, wait, sizeof wait, WSI_TOKEN_HTTP_RETRY_AFTER) > 0)
        run->socket->retry_after = mkv_retry_after_of(wait);
    const int length = snprintf(text, sizeof text, "the server answered %d", status);
    end(run, mkv_code_of_status(status), status, text, (size_t)length);
    return -1;
}

static void fail(struct run *run, const char *text, size_t length)
{
    char words[128];
    snprintf(words, sizeof words, "%.*s", (int)(length < 120 ? length : 120), text ? text : "");
    /* libwebsockets tells them apart in words only. A failure of TLS can be one of trust, or the
       server going away: whoever gets MEMKV_TLS has to find out. */
    const bool distrusted = strstr(words, "cert") || strstr(words, "SSL err");
    const bool foreign = strncmp(words, "HS: ", 4) == 0;
    const memkv_code code = distrusted ? MEMKV_TLS : foreign ? MEMKV_PROTOCOL : MEMKV_UNREACHABLE;
    const char *what = *words ? words : memkv_code_text(code);
    end_text(run, code, what);
}

static int take(struct run *run, struct lws *wsi, const void *data, size_t length)
{
    run->heard = true;
    if (length > run->socket->max_message - run->message.length) {
        end_text(run, MEMKV_TOO_LARGE, "the server sent a message over max_message");
        return -1;
    }
    if (!mkv_buffer_add(&run->message, data, length)) {
        end_text(run, MEMKV_NO_MEMORY, memkv_code_text(MEMKV_NO_MEMORY));
        return -1;
    }
    if (lws_remaining_packet_payload(wsi) > 0 || !lws_is_final_fragment(wsi))
        return 0;
    const memkv_bytes message = memkv_data(run->message.data, run->message.length);
    const bool on = run->socket->on_message(run->socket->user, message);
    mkv_buffer_clear(&run->message);
    if (on && !mkv_wakeup_is_stopped(run->wakeup))
        return 0;
    end_text(run, MEMKV_STOPPED, "");
    return -1;
}

static void take_close(struct run *run, const unsigned char *data, size_t length)
{
    int status = length >= 2 ? data[0] << 8 | data[1] : 0;
    /* libwebsockets takes 1012 to 1014 for no codes and has 1002 in their place. Of these the
       server sends 1013 alone, when the consumer is too slow; and 1002 to one that breaks the
       protocol, which libwebsockets does not. */
    if (status == LWS_CLOSE_STATUS_PROTOCOL_ERR)
        status = MKV_CLOSE_TOO_SLOW;
    char text[64];
    const int size = snprintf(text, sizeof text, "the server closed the feed (%d)", status);
    end(run, MEMKV_BROKEN, status, text, (size_t)size);
}

static void opened(struct run *run)
{
    run->socket->opened = true;
    set_timer(run, on_half_idle, run->socket->idle_ms / 2 + 1);
    run->socket->on_open(run->socket->user);
}

static int on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                  size_t length)
{
    (void)user;
    struct run *run = wsi ? lws_context_user(lws_get_context(wsi)) : NULL;
    if (!run)
        return 0;
    switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
        return add_fields(run, wsi, in, length);
    case LWS_CALLBACK_CLIENT_HTTP_REDIRECT:
        end_text(run, MEMKV_PROTOCOL, "the server sends the feed elsewhere");
        return -1;
    case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
        return look_at_answer(run, wsi);
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        opened(run);
        return mkv_wakeup_is_stopped(run->wakeup) ? -1 : 0;
    case LWS_CALLBACK_CLIENT_RECEIVE:
        return take(run, wsi, in, length);
    case LWS_CALLBACK_CLIENT_RECEIVE_PONG:
        run->heard = true;
        return 0;
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return send_ping(run);
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
        take_close(run, in, length);
        return 0;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
        look_at_answer(run, wsi);
        fail(run, in, length);
        return 0;
    case LWS_CALLBACK_CLIENT_CLOSED:
        end_text(run, MEMKV_BROKEN, "the connection was lost");
        return 0;
    default:
        return 0;
    }
}

static const struct lws_protocols g_protocols[] = {
    {"memorykv-feed", on_lws, 0, MKV_READ_SIZE, 0, NULL, 0},
    {NULL, NULL, 0, 0, 0, NULL, 0},
};

/** A context, and the process otherwise as it was. */
static struct lws_context *make_context(const struct lws_context_creation_info *info)
{
    /* libwebsockets ignores SIGPIPE for the whole process. What to do about it is the program's
       choice; threads of this library block it. */
    static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
    struct sigaction before;
    pthread_mutex_lock(&one_at_a_time);
    sigaction(SIGPIPE, NULL, &before);
    struct lws_context *context = lws_create_context(info);
    sigaction(SIGPIPE, &before, NULL);
    pthread_mutex_unlock(&one_at_a_time);
    return context;
}

/**
 * What libwebsockets does for the process as a whole. It would prepare TLS with each context and
 * then lose track of what belongs to the contexts there are; hence a context for this alone, and
 * none of the others asks for it.
 */
static void prepare(void)
{
    lws_set_log_level(0, NULL);
    struct lws_context_creation_info info;
    memset(&info, 0, sizeof info);
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    struct lws_context *context = make_context(&info);
    if (context)
        lws_context_destroy(context);
}

/** A context for one connection with what is needed to make it; NULL when it cannot be had. */
static struct lws_context *make_context_for(struct run *run, struct lws_vhost **vhost)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare);

    struct lws_context_creation_info info;
    memset(&info, 0, sizeof info);
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS;
    info.protocols = g_protocols;
    info.user = run;
    info.pt_serv_buf_size = MKV_READ_SIZE;
    info.max_http_header_data2 = MKV_HEAD_SIZE;
    info.fd_limit_per_thread = MKV_FEW_SOCKETS;
    /* Port 0: no proxy, whatever the environment says. libwebsockets knows no exceptions from it.
     */
    info.http_proxy_address = ":0";
    struct lws_context *context = make_context(&info);
    if (!context)
        return NULL;
    if (run->socket->endpoint->tls) {
        info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
        info.client_ssl_ca_filepath = run->socket->ca_file;
        if (run->socket->ca_file)
            info.options |= LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS;
    }
    *vhost = lws_create_vhost(context, &info);
    if (*vhost)
        return context;
    lws_context_destroy(context);
    return NULL;
}

static bool connect_with(struct run *run, struct lws_context *context, struct lws_vhost *vhost)
{
    const struct mkv_endpoint *endpoint = run->socket->endpoint;
    struct lws_client_connect_info info;
    memset(&info, 0, sizeof info);
    info.context = context;
    info.vhost = vhost;
    info.address = endpoint->address;
    info.port = endpoint->port;
    info.path = run->socket->target;
    info.host = endpoint->host;
    info.ssl_connection = endpoint->tls ? LCCSCF_USE_SSL : 0;
    info.alpn = "http/1.1";
    info.local_protocol_name = g_protocols[0].name;
    info.ietf_version_or_minus_one = -1;
    info.pwsi = &run->wsi;
    return lws_client_connect_via_info(&info) != NULL;
}

static void wake(void *context)
{
    lws_cancel_service(context);
}

void mkv_socket_run(struct mkv_socket *socket, struct mkv_wakeup *wakeup)
{
    struct run run;
    memset(&run, 0, sizeof run);
    run.socket = socket;
    run.wakeup = wakeup;
    socket->opened = false;
    socket->retry_after = 0;
    struct lws_vhost *vhost = NULL;
    struct lws_context *context = make_context_for(&run, &vhost);
    if (!context) {
        end_text(&run, socket->ca_file ? MEMKV_TLS : MEMKV_NO_MEMORY,
                 "no connection can be prepared; is the CA file there?");
        return;
    }
    mkv_wakeup_waits_in(wakeup, wake, context);
    if (connect_with(&run, context, vhost))
        set_timer(&run, on_handshake_timeout, socket->handshake_ms);
    else
        end_text(&run, MEMKV_UNREACHABLE, memkv_code_text(MEMKV_UNREACHABLE));
    while (!run.ended) {
        if (mkv_wakeup_is_stopped(wakeup))
            end_text(&run, MEMKV_STOPPED, "");
        else if (lws_service(context, 0) < 0)
            end_text(&run, MEMKV_BROKEN, "the connection was lost");
    }
    mkv_wakeup_waits_no_more(wakeup);
    lws_context_destroy(context);
    mkv_buffer_free(&run.message);
}
