#include "cli/confirm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum answer confirm(const char *question)
{
    enum answer answer = ANSWER_NO;
    char *line = NULL;
    size_t size = 0;

    if (isatty(STDIN_FILENO) != 1 || isatty(STDERR_FILENO) != 1)
        return ANSWER_NOBODY;
    fprintf(stderr, "%s [y/N] ", question);
    fflush(stderr);
    if (getline(&line, &size, stdin) < 0) {
        fputc('\n', stderr); /* Ctrl-D leaves the cursor behind the question */
    } else {
        line[strcspn(line, "\r\n")] = '\0';
        if (strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0)
            answer = ANSWER_YES;
    }
    free(line);
    return answer;
}
