/* confirm -- asks the person at the terminal whether to go on.
 */
#ifndef CLI_CONFIRM_H
#define CLI_CONFIRM_H

enum answer {
    ANSWER_YES,
    ANSWER_NO,    /* any other word, and none */
    ANSWER_NOBODY /* nobody can answer: input or standard error no terminal */
};

/* Asks "QUESTION [y/N] " on standard error, and reads a line. */
enum answer confirm(const char *question);

#endif
