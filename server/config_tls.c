#include "server/config_tls.h"

#include "base/utc.h"
#include "server/http/tls_context.h"

#include <stdio.h>
#include <sys/stat.h>

enum { WORDS_MAX_BYTES = 512 };

static const char *const names[TLS_FILES] = {
    [TLS_FILE_CERTIFICATE] = "DYNDNS_TLS_CERTIFICATE",
    [TLS_FILE_KEY] = "DYNDNS_TLS_KEY",
};

static bool is_wanted(const struct config *config)
{
    for (size_t i = 0; i < config->http.listen_count; i++)
        if (config->http.listen[i].tls)
            return true;
    return false;
}

static bool has(const struct config *config, enum tls_file file)
{
    return config->http.tls_files[file] != NULL;
}

static bool has_both(const struct config *config)
{
    return has(config, TLS_FILE_CERTIFICATE) && has(config, TLS_FILE_KEY);
}

static enum status read_files(const struct config *config,
                              struct tls_certificate *certificate,
                              struct tls_fault *fault)
{
    return tls_certificate_read(
        certificate, (const char *const *)config->http.tls_files, fault);
}

/* --- reading ------------------------------------------------------------------
 */

static void take_path(struct config *config, struct config_source *source,
                      enum tls_file file)
{
    const char *text = config_source_get(source, names[file]);

    if (text != NULL)
        config->http.tls_files[file] =
            config_source_copy(source, span_from_string(text));
}

/* As the start would have it, but for what it makes of it. */
static void check_files(const struct config *config,
                        struct config_source *source)
{
    struct tls_certificate certificate;
    struct tls_fault fault;
    enum status status = read_files(config, &certificate, &fault);
    SSL_CTX *context;

    if (status == STATUS_OK) {
        context = tls_context_new(&certificate, NULL, &fault);
        tls_certificate_clear(&certificate);
        if (context != NULL) {
            SSL_CTX_free(context);
            return;
        }
    }
    config_source_fault(source, names[fault.file],
                        config->http.tls_files[fault.file], fault.words);
}

static void check_that_it_is_there(const struct config *config,
                                   struct config_source *source,
                                   enum tls_file file)
{
    enum tls_file other =
        file == TLS_FILE_KEY ? TLS_FILE_CERTIFICATE : TLS_FILE_KEY;
    const char *wanted = file == TLS_FILE_KEY
                             ? "the path of the certificate's private key"
                             : "the path of a certificate and its chain";
    char words[WORDS_MAX_BYTES];

    if (has(config, file) || (!is_wanted(config) && !has(config, other)))
        return;
    snprintf(words, sizeof words, "is not set, and %s %s: give %s, in PEM",
             is_wanted(config) ? "DYNDNS_LISTEN" : names[other],
             is_wanted(config) ? "has an address with tls:" : "is", wanted);
    config_source_fault_words(source, names[file], words);
}

static void read_certificate(const struct variable *variable,
                             struct config *config,
                             struct config_source *source)
{
    (void)variable;
    take_path(config, source, TLS_FILE_CERTIFICATE);
}

static void read_key(const struct variable *variable, struct config *config,
                     struct config_source *source)
{
    (void)variable;
    take_path(config, source, TLS_FILE_KEY);
    if (source->out_of_memory)
        return;
    check_that_it_is_there(config, source, TLS_FILE_CERTIFICATE);
    check_that_it_is_there(config, source, TLS_FILE_KEY);
    if (is_wanted(config) && has_both(config))
        check_files(config, source);
}

/* --- describing -----------------------------------------------------------------
 */

static void describe_path(const struct config *config, enum tls_file file,
                          struct strbuf *out)
{
    strbuf_append_string(out,
                         has(config, file) ? config->http.tls_files[file] : "");
}

static void describe_certificate(const struct variable *variable,
                                 const struct config *config,
                                 struct strbuf *out)
{
    (void)variable;
    describe_path(config, TLS_FILE_CERTIFICATE, out);
}

static void describe_key(const struct variable *variable,
                         const struct config *config, struct strbuf *out)
{
    (void)variable;
    describe_path(config, TLS_FILE_KEY, out);
}

const struct variable_kind variable_tls_certificate = {read_certificate,
                                                       describe_certificate};
const struct variable_kind variable_tls_key = {read_key, describe_key};

void config_tls_describe(const struct config *config, struct strbuf *out)
{
    struct tls_certificate certificate;
    struct tls_fault fault;
    char from[UTC_TEXT_MAX], until[UTC_TEXT_MAX];

    if (!is_wanted(config) ||
        read_files(config, &certificate, &fault) != STATUS_OK)
        return;
    strbuf_append_string(out, "# certificate: for ");
    tls_certificate_names(&certificate, out);
    strbuf_append_string(out, ", by ");
    tls_certificate_issuer(&certificate, out);
    strbuf_printf(out, ", from %s until %s\n",
                  utc_format(certificate.not_before, from),
                  utc_format(certificate.not_after, until));
    tls_certificate_clear(&certificate);
}

/* --- advice -----------------------------------------------------------------------
 */

/* In a container this may be nobody's fault, so it is not refused. */
static bool is_anybodys(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && (status.st_mode & S_IROTH) != 0;
}

static size_t advise_on_files(const struct config *config,
                              config_advice_fn *tell, void *arg)
{
    struct tls_certificate certificate;
    struct tls_fault fault;
    const char *doubt;
    size_t count = 0;

    if (read_files(config, &certificate, &fault) != STATUS_OK)
        return 0; /* the start tells */
    doubt = tls_certificate_doubt(&certificate, time(NULL));
    tls_certificate_clear(&certificate);
    if (doubt != NULL) {
        tell(arg, names[TLS_FILE_CERTIFICATE], doubt);
        count++;
    }
    if (is_anybodys(config->http.tls_files[TLS_FILE_KEY])) {
        tell(arg, names[TLS_FILE_KEY],
             "is a file that everybody on this machine can read: take that "
             "away with chmod o=");
        count++;
    }
    return count;
}

size_t config_tls_advise(const struct config *config, config_advice_fn *tell,
                         void *arg)
{
    if (is_wanted(config))
        return advise_on_files(config, tell, arg);
    if (!has_both(config))
        return 0;
    tell(arg, names[TLS_FILE_CERTIFICATE],
         "is used by nobody, unless systemd passes a socket that is named tls "
         "or proxy-tls: else mark an address in DYNDNS_LISTEN, as in "
         "tls:[::]:8443");
    return 1;
}
