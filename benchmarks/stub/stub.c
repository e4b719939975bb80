/*
 * A CAMS that answers at once: HTTPS with keep-alive, one answer for every request.
 *
 *   stub CERTIFICATE KEY BODY    files: PEM, PEM, and the JSON that is sent back
 *
 * One thread, one epoll. It binds a free port of 127.0.0.1, prints it, and ends when its standard input is closed.
 * It knows of HTTP only what keeps it in step with its clients: where a request's headers end and how long its body is.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 16384, EVENTS = 256, BACKLOG = 1024 };

struct connection {
    int fd;
    SSL *tls;
    size_t held; /* bytes in `in` that belong to no whole request yet */
    char in[ROOM + 1];
};

static char answer[ROOM];
static int answer_length;

static void give_up(const char *why)
{
    perror(why);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static void prepare_answer(const char *path)
{
    char body[ROOM / 2];
    FILE *file = fopen(path, "r");
    if (!file)
        give_up(path);
    size_t length = fread(body, 1, sizeof body - 1, file);
    fclose(file);
    body[length] = '\0';
    answer_length = snprintf(answer, sizeof answer,
                             "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                             length, body);
}

static SSL_CTX *prepare_tls(const char *certificate, const char *key)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (!context || SSL_CTX_use_certificate_chain_file(context, certificate) != 1
        || SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        give_up("TLS");
    SSL_CTX_set_mode(context, SSL_MODE_AUTO_RETRY);
    /* One read for a whole record, not one for its head and one for the rest. */
    SSL_CTX_set_read_ahead(context, 1);
    return context;
}

static int listen_somewhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, size) || listen(fd, BACKLOG)
        || getsockname(fd, (struct sockaddr *)&address, &size))
        give_up("listen");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static void watch(int poll, int fd, void *who)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = who};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event))
        give_up("epoll");
}

static void accept_all(int poll, int listener, SSL_CTX *context)
{
    int fd, yes = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct connection *one = calloc(1, sizeof *one);
        if (!one)
            give_up("memory");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        one->fd = fd;
        one->tls = SSL_new(context);
        if (!one->tls || SSL_set_fd(one->tls, fd) != 1)
            give_up("TLS");
        SSL_set_accept_state(one->tls);
        watch(poll, fd, one);
    }
}

/* The length of the whole request that `in` begins with, 0 where there is none yet. */
static size_t whole_request(const struct connection *one)
{
    const char *end = strstr(one->in, "\r\n\r\n");
    if (!end)
        return 0;
    size_t length = (size_t)(end - one->in) + 4;
    const char *told = strcasestr(one->in, "\r\ncontent-length:");
    if (told && told < end)
        length += strtoul(told + strlen("\r\ncontent-length:"), NULL, 10);
    return length <= one->held ? length : 0;
}

/* Answer what has come. Returns 0 where the connection is of no more use. */
static int serve(struct connection *one)
{
    int got;
    size_t length;
    while ((got = SSL_read(one->tls, one->in + one->held, (int)(ROOM - one->held))) > 0) {
        one->held += (size_t)got;
        one->in[one->held] = '\0';
        while ((length = whole_request(one))) {
            /* Answers are smaller than a socket's buffer, and nobody sends before they have come. */
            if (SSL_write(one->tls, answer, answer_length) != answer_length)
                return 0;
            one->held -= length;
            memmove(one->in, one->in + length, one->held + 1);
        }
        if (one->held == ROOM)
            return 0;
        /* What the kernel still has is told by epoll. */
        if (!SSL_has_pending(one->tls))
            return 1;
    }
    return SSL_get_error(one->tls, got) == SSL_ERROR_WANT_READ;
}

static void forget(struct connection *one)
{
    ERR_clear_error();
    SSL_free(one->tls);
    close(one->fd);
    free(one);
}

int main(int count, char **arguments)
{
    struct epoll_event events[EVENTS];
    char ignored[64];
    if (count != 4) {
        fprintf(stderr, "usage: stub CERTIFICATE KEY BODY\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    prepare_answer(arguments[3]);
    SSL_CTX *context = prepare_tls(arguments[1], arguments[2]);
    int poll = epoll_create1(0), listener = listen_somewhere();
    watch(poll, listener, &listener);
    watch(poll, STDIN_FILENO, ignored);
    for (;;) {
        int ready = epoll_wait(poll, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            void *who = events[i].data.ptr;
            if (who == ignored) {
                if (read(STDIN_FILENO, ignored, sizeof ignored) <= 0)
                    return 0;
            } else if (who == &listener) {
                accept_all(poll, listener, context);
            } else if (!serve(who)) {
                forget(who);
            }
        }
    }
}
