/* credentials_log -- tells the log where the credentials for AWS come from, and
 * when there are none.
 */
#ifndef SERVER_CREDENTIALS_LOG_H
#define SERVER_CREDENTIALS_LOG_H

/* For aws_client_on_credentials(). */
void credentials_log_news(void *arg, const char *source, const char *why);

#endif
