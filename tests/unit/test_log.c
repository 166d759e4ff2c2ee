#include "base/log.h"

#include "base/strbuf.h"

#include <fcntl.h>
#include <regex.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* --- one value ------------------------------------------------------------ */

static const struct {
    const char *label;
    struct span value;
    const char *written;
} values[] = {
    {"a plain word stands as it is", SPAN_LITERAL("home.example.org"),
     "home.example.org"},
    {"punctuation is plain", SPAN_LITERAL("a,b;c[d]{e}<f>'g'!"),
     "a,b;c[d]{e}<f>'g'!"},
    {"the highest printable byte is plain", SPAN_LITERAL("~"), "~"},
    {"an empty value is quoted", SPAN_LITERAL(""), "\"\""},
    {"a blank is quoted", SPAN_LITERAL("two words"), "\"two words\""},
    {"an equals sign cannot forge a key", SPAN_LITERAL("x level=error"),
     "\"x level=error\""},
    {"an equals sign alone is quoted", SPAN_LITERAL("a=b"), "\"a=b\""},
    {"a quote cannot end the value", SPAN_LITERAL("\" event=forged x=\""),
     "\"\\\" event=forged x=\\\"\""},
    {"a backslash cannot disarm the escape", SPAN_LITERAL("\\\""),
     "\"\\\\\\\"\""},
    {"a line feed cannot forge a line", SPAN_LITERAL("x\ntime=now level=error"),
     "\"x\\x0atime=now level=error\""},
    {"a carriage return neither", SPAN_LITERAL("\r"), "\"\\x0d\""},
    {"a NUL byte does not end the line", SPAN_LITERAL("a\0b"), "\"a\\x00b\""},
    {"a terminal's escape is disarmed", SPAN_LITERAL("\033[31m"),
     "\"\\x1b[31m\""},
    {"DEL is escaped", SPAN_LITERAL("\177"), "\"\\x7f\""},
    {"beyond ASCII is escaped", SPAN_LITERAL("\303\266\377"),
     "\"\\xc3\\xb6\\xff\""},
    {"a tab is escaped", SPAN_LITERAL("a\tb"), "\"a\\x09b\""},
};

static void test_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(values); i++) {
        struct log_field field = log_span("v", values[i].value);
        char line[LOG_LINE_MAX_BYTES];
        size_t len = log_format(line, "", "e", &field, 1);
        const char *start = "event=e v=";

        if (len != strlen(line) || strncmp(line, start, strlen(start)) != 0 ||
            strcmp(line + strlen(start), values[i].written) != 0)
            fail_msg("%s: got %s", values[i].label, line);
    }
}

/* Whatever the bytes are, what comes out is one line of printable ASCII. */
static void test_no_byte_escapes(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++) {
        char value = (char)c;
        struct log_field field = log_span("v", span_from(&value, 1));
        char line[LOG_LINE_MAX_BYTES];
        size_t len = log_format(line, "", "e", &field, 1);

        for (size_t i = 0; i < len; i++)
            if (line[i] < ' ' || line[i] > '~')
                fail_msg("byte %d comes out as byte %d", c, line[i]);
    }
}

/* --- one line ------------------------------------------------------------- */

static void test_a_line(void **state)
{
    const struct log_field fields[] = {
        log_str("zone", "Z3AB"),     log_uint("changes", 212),
        log_int("least", INT64_MIN), log_int("most", INT64_MAX),
        log_str("nothing", NULL),    log_span("no_pointer", span_from(NULL, 0)),
    };
    char line[LOG_LINE_MAX_BYTES];

    (void)state;
    log_format(line, "level=info ", "batch_done", fields, COUNT(fields));
    assert_string_equal(line,
                        "level=info event=batch_done zone=Z3AB changes=212 "
                        "least=-9223372036854775808 most=9223372036854775807 "
                        "nothing=\"\" no_pointer=\"\"");
}

static void test_a_field_without_a_key_is_none(void **state)
{
    const struct log_field fields[] = {
        log_str("zone", "Z1"),
        log_span_if_any("trace", span_from("", 0)),
        log_span_if_any("request", span_from("x", 1)),
    };
    char line[LOG_LINE_MAX_BYTES];

    (void)state;
    log_format(line, "", "e", fields, COUNT(fields));
    assert_string_equal(line, "event=e zone=Z1 request=x");
}

static void test_a_line_without_fields(void **state)
{
    char line[LOG_LINE_MAX_BYTES];

    (void)state;
    assert_int_equal(log_format(line, "", "started", NULL, 0), 13);
    assert_string_equal(line, "event=started");
}

enum { START_LEN = sizeof "event=e v=" - 1 };

/* A line with one value of this many plain bytes. */
static size_t format_long(char line[LOG_LINE_MAX_BYTES + 1], size_t value_len)
{
    char *value = malloc(value_len);
    struct log_field field;
    size_t len;

    assert_non_null(value);
    memset(value, 'x', value_len);
    field = log_span("v", span_from(value, value_len));
    line[LOG_LINE_MAX_BYTES] = '!'; /* nobody's */
    len = log_format(line, "", "e", &field, 1);
    free(value);
    assert_int_equal(line[LOG_LINE_MAX_BYTES], '!');
    assert_int_equal(strlen(line), len);
    return len;
}

static void test_a_line_is_cut_at_its_limit_and_says_so(void **state)
{
    const size_t whole = LOG_LINE_MAX_BYTES - sizeof "..." - START_LEN;
    char line[LOG_LINE_MAX_BYTES + 1];

    (void)state;
    assert_int_equal(format_long(line, whole), START_LEN + whole);
    assert_int_equal(line[START_LEN + whole - 1], 'x');
    assert_int_equal(format_long(line, whole + 1), LOG_LINE_MAX_BYTES - 1);
    assert_string_equal(line + LOG_LINE_MAX_BYTES - 5, "x...");
    assert_int_equal(format_long(line, whole * 10), LOG_LINE_MAX_BYTES - 1);
    assert_string_equal(line + LOG_LINE_MAX_BYTES - 5, "x...");
}

static void test_nothing_follows_a_cut(void **state)
{
    char value[LOG_LINE_MAX_BYTES] = "";
    struct log_field fields[] = {
        log_span("v", span_from(value, sizeof value)),
        log_str("later", "forgotten"),
    };
    char line[LOG_LINE_MAX_BYTES];

    (void)state;
    memset(value, 'x', sizeof value);
    log_format(line, "", "e", fields, COUNT(fields));
    assert_null(strstr(line, "later"));
    assert_null(strstr(line, "forgotten"));
}

/* --- levels --------------------------------------------------------------- */

static const enum log_level levels[] = {LOG_LEVEL_ERROR, LOG_LEVEL_WARN,
                                        LOG_LEVEL_INFO, LOG_LEVEL_DEBUG};

static void test_before_log_open_the_level_is_info(void **state)
{
    (void)state;
    assert_true(log_enabled(LOG_LEVEL_INFO));
    assert_false(log_enabled(LOG_LEVEL_DEBUG));
}

static void test_levels_below_the_threshold_are_left_out(void **state)
{
    (void)state;
    for (size_t set = 0; set < COUNT(levels); set++) {
        log_open("test", LOG_TARGET_STDERR, levels[set]);
        for (size_t i = 0; i < COUNT(levels); i++)
            assert_int_equal(log_enabled(levels[i]), levels[i] <= levels[set]);
    }
    log_open("test", LOG_TARGET_STDERR, LOG_LEVEL_INFO);
}

/* --- what reaches stderr -------------------------------------------------- */

/* Takes stderr's place while a test writes: a pipe in packet mode, of which
 * each read(2) gives what one write(2) has put in. */
struct capture {
    int saved, reader;
};

static struct capture capture_begin(void)
{
    struct capture capture;
    int fds[2];

    assert_int_equal(pipe2(fds, O_DIRECT | O_NONBLOCK | O_CLOEXEC), 0);
    capture.saved = dup(STDERR_FILENO);
    capture.reader = fds[0];
    assert_true(dup2(fds[1], STDERR_FILENO) >= 0);
    close(fds[1]);
    return capture;
}

/* What one write has put in; its length, 0: nothing any more. */
static size_t capture_next(const struct capture *capture, char *out,
                           size_t size)
{
    ssize_t len = read(capture->reader, out, size - 1);

    out[len > 0 ? len : 0] = '\0';
    return len > 0 ? (size_t)len : 0;
}

static void capture_end(const struct capture *capture)
{
    dup2(capture->saved, STDERR_FILENO);
    close(capture->saved);
    close(capture->reader);
}

static void assert_matches(const char *text, const char *pattern)
{
    regex_t compiled;

    assert_int_equal(regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB), 0);
    if (regexec(&compiled, text, 0, NULL, 0) != 0) {
        regfree(&compiled);
        fail_msg("%s does not match %s", text, pattern);
    }
    regfree(&compiled);
}

static void test_a_line_on_stderr_is_one_write(void **state)
{
    struct capture capture = capture_begin();
    char line[LOG_LINE_MAX_BYTES + 2], more[8];
    size_t more_len;

    (void)state;
    log_event(LOG_LEVEL_WARN, "batch_failed", log_str("zone", "Z1"),
              log_str("message", "try again\nlater"), log_uint("changes", 2));
    capture_next(&capture, line, sizeof line);
    more_len = capture_next(&capture, more, sizeof more);
    capture_end(&capture);
    assert_int_equal(more_len, 0);
    assert_matches(line, "^time=[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:"
                         "[0-9]{2}\\.[0-9]{3}Z level=warn event=batch_failed "
                         "zone=Z1 message=\"try again\\\\x0alater\" "
                         "changes=2\n$");
}

static void test_a_cut_line_still_ends_in_a_line_feed(void **state)
{
    struct capture capture = capture_begin();
    char value[2 * LOG_LINE_MAX_BYTES], line[LOG_LINE_MAX_BYTES + 2];
    size_t len;

    (void)state;
    memset(value, 'x', sizeof value);
    log_event(LOG_LEVEL_INFO, "e",
              log_span("v", span_from(value, sizeof value)));
    len = capture_next(&capture, line, sizeof line);
    capture_end(&capture);
    assert_int_equal(len, LOG_LINE_MAX_BYTES);
    assert_string_equal(line + len - 5, "x...\n");
}

static void test_a_level_below_the_threshold_writes_nothing(void **state)
{
    struct capture capture = capture_begin();
    char line[64];
    size_t len;

    (void)state;
    log_event(LOG_LEVEL_DEBUG, "e", log_int("v", 1));
    len = capture_next(&capture, line, sizeof line);
    capture_end(&capture);
    assert_int_equal(len, 0);
}

/* The log may be full or gone; the service goes on. */
static void test_a_log_that_cannot_be_written_stops_nobody(void **state)
{
    int saved = dup(STDERR_FILENO);

    (void)state;
    close(STDERR_FILENO);
    log_event(LOG_LEVEL_ERROR, "e", log_int("v", 1));
    dup2(saved, STDERR_FILENO);
    close(saved);
}

/* --- a reader who does not read -------------------------------------------- */

enum {
    PATIENCE_MS = 60000,
    PLENTY = 2 * LOG_QUEUE_BYTES / 64, /* lines; more than there is room for */
};

/* What an ordinary pipe has to say, line by line. */
struct reader {
    FILE *stream;
    size_t lines; /* of event=e */
};

/* Reads up to the first line of another event; into text[LOG_LINE_MAX_BYTES +
 * 1]. */
static void read_up_to_another(struct reader *reader, char *text)
{
    while (fgets(text, LOG_LINE_MAX_BYTES + 1, reader->stream) != NULL &&
           strstr(text, " event=e ") != NULL) {
        assert_non_null(strchr(text, '\n'));
        reader->lines++;
    }
}

/* Fills the log beyond what it holds, then reads; the reader's end of the pipe
 * may be such that whoever writes is told to come again (EAGAIN). */
static void lose_and_read(int writer_flags)
{
    int saved = dup(STDERR_FILENO), fds[2];
    struct reader reader = {0};
    char text[LOG_LINE_MAX_BYTES + 1];
    unsigned long lost;

    assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
    assert_int_equal(fcntl(fds[1], F_SETFL, writer_flags), 0);
    dup2(fds[1], STDERR_FILENO);
    close(fds[1]);
    reader.stream = fdopen(fds[0], "r");
    assert_non_null(reader.stream);
    assert_int_equal(log_start(), STATUS_OK);

    for (int i = 0; i < PLENTY; i++)
        log_event(LOG_LEVEL_INFO, "e", log_int("number", i));
    read_up_to_another(&reader, text);
    assert_matches(text, " level=warn event=log_lines_lost count=[0-9]+\n$");
    lost = strtoul(strrchr(text, '=') + 1, NULL, 10);
    assert_in_range(lost, 1, PLENTY);
    assert_int_equal(reader.lines + lost, PLENTY);

    log_event(LOG_LEVEL_INFO, "later", log_int("v", 1));
    log_stop(PATIENCE_MS);
    assert_non_null(fgets(text, sizeof text, reader.stream));
    assert_matches(text, " event=later v=1\n$");
    dup2(saved, STDERR_FILENO);
    close(saved);
    assert_null(fgets(text, sizeof text, reader.stream));
    fclose(reader.stream);
}

static void test_a_full_pipe_stops_nobody(void **state)
{
    (void)state;
    lose_and_read(0);
}

static void test_a_full_pipe_that_somebody_made_non_blocking_loses_no_more(
    void **state)
{
    (void)state;
    lose_and_read(O_NONBLOCK);
}

static void test_log_stop_writes_what_is_left(void **state)
{
    struct capture capture = capture_begin();
    char line[LOG_LINE_MAX_BYTES + 2];

    (void)state;
    assert_int_equal(log_start(), STATUS_OK);
    log_event(LOG_LEVEL_INFO, "e", log_int("v", 1));
    log_event(LOG_LEVEL_INFO, "e", log_int("v", 2));
    log_stop(PATIENCE_MS);
    capture_next(&capture, line, sizeof line);
    assert_matches(line, " event=e v=1\n$");
    capture_next(&capture, line, sizeof line);
    assert_matches(line, " event=e v=2\n$");
    assert_int_equal(capture_next(&capture, line, sizeof line), 0);
    capture_end(&capture);
}

static void test_without_a_thread_log_stop_is_harmless(void **state)
{
    (void)state;
    log_stop(PATIENCE_MS);
}

/* --- syslog(3) --------------------------------------------------------------- */

static sem_t syslogd_reads;
static struct strbuf syslogged; /* looked at when the log is stopped */

void __wrap_syslog(int priority, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Blocks as syslog(3) does when nobody empties its socket. */
void __wrap_syslog(int priority, const char *format, ...)
{
    va_list arguments;
    char text[LOG_LINE_MAX_BYTES];

    while (sem_wait(&syslogd_reads) != 0)
        continue;
    sem_post(&syslogd_reads);
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    strbuf_printf(&syslogged, "%d %s\n", priority, text);
}

static void test_a_syslog_that_blocks_stops_nobody(void **state)
{
    (void)state;
    strbuf_init(&syslogged, 64 * 1024);
    sem_init(&syslogd_reads, 0, 0);
    log_open("test", LOG_TARGET_SYSLOG, LOG_LEVEL_INFO);
    assert_int_equal(log_start(), STATUS_OK);
    log_event(LOG_LEVEL_WARN, "e", log_str("v", "100%s"));
    log_event(LOG_LEVEL_ERROR, "e", log_int("v", 2));
    sem_post(&syslogd_reads); /* not before both have returned */
    log_stop(PATIENCE_MS);
    log_open("test", LOG_TARGET_STDERR, LOG_LEVEL_INFO);
    assert_string_equal(strbuf_string(&syslogged),
                        "4 event=e v=100%s\n3 event=e v=2\n");
    strbuf_clear(&syslogged);
    sem_destroy(&syslogd_reads);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_no_byte_escapes),
        cmocka_unit_test(test_a_line),
        cmocka_unit_test(test_a_field_without_a_key_is_none),
        cmocka_unit_test(test_a_line_without_fields),
        cmocka_unit_test(test_a_line_is_cut_at_its_limit_and_says_so),
        cmocka_unit_test(test_nothing_follows_a_cut),
        cmocka_unit_test(test_before_log_open_the_level_is_info),
        cmocka_unit_test(test_levels_below_the_threshold_are_left_out),
        cmocka_unit_test(test_a_line_on_stderr_is_one_write),
        cmocka_unit_test(test_a_cut_line_still_ends_in_a_line_feed),
        cmocka_unit_test(test_a_level_below_the_threshold_writes_nothing),
        cmocka_unit_test(test_a_log_that_cannot_be_written_stops_nobody),
        cmocka_unit_test(test_a_full_pipe_stops_nobody),
        cmocka_unit_test(
            test_a_full_pipe_that_somebody_made_non_blocking_loses_no_more),
        cmocka_unit_test(test_log_stop_writes_what_is_left),
        cmocka_unit_test(test_without_a_thread_log_stop_is_harmless),
        cmocka_unit_test(test_a_syslog_that_blocks_stops_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
