#include "server/http/credentials.h"

#include "server/http/query.h"

static enum credentials_result read_basic(struct span header,
                                          struct credentials *credentials)
{
    struct basic_auth auth;

    if (!basic_auth_parse(header, credentials->bytes.basic, &auth))
        return CREDENTIALS_BROKEN;
    credentials->login = auth.user;
    credentials->password = auth.password;
    return CREDENTIALS_GIVEN;
}

static enum credentials_result read_parameters(
    const struct protocol_request *request, struct credentials *credentials)
{
    enum query_result login = query_find_either(
        request->query, request->form, "username",
        credentials->bytes.parameters.login,
        sizeof credentials->bytes.parameters.login, &credentials->login);
    enum query_result password = query_find_either(
        request->query, request->form, "password",
        credentials->bytes.parameters.password,
        sizeof credentials->bytes.parameters.password, &credentials->password);

    if (login == QUERY_ABSENT && password == QUERY_ABSENT)
        return CREDENTIALS_ABSENT;
    return login == QUERY_FOUND && password == QUERY_FOUND ? CREDENTIALS_GIVEN
                                                           : CREDENTIALS_BROKEN;
}

enum credentials_result credentials_read(const struct protocol_request *request,
                                         struct credentials *credentials)
{
    if (request->authorization.len > 0)
        return read_basic(request->authorization, credentials);
    return request->settings->query_auth ? read_parameters(request, credentials)
                                         : CREDENTIALS_ABSENT;
}
