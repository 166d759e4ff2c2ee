#include "server/http/token_verifier.h"

#include "s3db/token_hash.h"
#include "tests/unit/hashed_tokens.h"
#include "tests/unit/patience.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* How many verifications may end; each takes one. Negative: any number. */
static atomic_int permits;
static atomic_int verifications;

bool __real_token_hash_matches(const struct token_form *form,
                               struct span token);
bool __wrap_token_hash_matches(const struct token_form *form,
                               struct span token);

bool __wrap_token_hash_matches(const struct token_form *form, struct span token)
{
    for (;;) {
        int left = atomic_load(&permits);

        if (left < 0 || (left > 0 && atomic_compare_exchange_weak(
                                         &permits, &left, left - 1)))
            break;
        sched_yield();
    }
    atomic_fetch_add(&verifications, 1);
    return __real_token_hash_matches(form, token);
}

struct caller {
    struct token_question question;
    struct token_job job;
    atomic_bool is_done;
};

static void on_done(struct token_job *job)
{
    atomic_store(&list_entry(job, struct caller, job)->is_done, true);
}

/* From 192.0.2.`client`. */
static void call(struct caller *caller, unsigned char client,
                 const char *password)
{
    *caller = (struct caller){
        .job = {.question = &caller->question,
                .client = {ADDRESS_IPV4, {192, 0, 2, client}},
                .done = on_done},
        .question = {.token_len = sizeof SCRYPT_TOKEN - 1,
                     .password_len = strlen(password),
                     .login_len = 1,
                     .login = {(char)client}},
    };
    memcpy(caller->question.token, SCRYPT_TOKEN, sizeof SCRYPT_TOKEN - 1);
    memcpy(caller->question.password, password, strlen(password));
}

static struct token_verifier *new_verifier(unsigned threads, int permitted)
{
    struct token_verifier *verifier = token_verifier_new();

    assert_non_null(verifier);
    atomic_store(&permits, permitted);
    atomic_store(&verifications, 0);
    assert_int_equal(token_verifier_start(verifier, threads), STATUS_OK);
    return verifier;
}

static void end(struct token_verifier *verifier)
{
    atomic_store(&permits, -1);
    token_verifier_stop(verifier);
    token_verifier_free(verifier);
}

static void wait_for(struct caller *caller)
{
    struct patience patience = patience_for("a verdict");

    while (!atomic_load(&caller->is_done) && patience_lasts(&patience))
        sched_yield();
}

static bool verify(struct token_verifier *verifier, struct caller *caller)
{
    assert_int_equal(token_verifier_post(verifier, &caller->job), TOKEN_TAKEN);
    wait_for(caller);
    return caller->job.is_right;
}

static void test_only_who_was_right_is_known(void **state)
{
    struct token_verifier *verifier = new_verifier(1, -1);
    struct caller right, wrong;

    (void)state;
    call(&right, 1, "s3cret");
    call(&wrong, 2, "s3creT");
    assert_false(token_verifier_knows(verifier, &right.question));
    assert_true(verify(verifier, &right));
    assert_false(verify(verifier, &wrong));
    assert_true(token_verifier_knows(verifier, &right.question));
    assert_false(token_verifier_knows(verifier, &wrong.question));
    end(verifier);
}

/* Else a guess at nobody's password would be answered sooner when it is
 * somebody's. */
static void test_a_decoy_neither_asks_what_is_known_nor_is_known(void **state)
{
    struct token_verifier *verifier = new_verifier(1, -1);
    struct caller right;

    (void)state;
    call(&right, 1, "s3cret");
    right.question.is_decoy = true;
    (void)verify(verifier, &right);
    right.question.is_decoy = false;
    assert_false(token_verifier_knows(verifier, &right.question));
    call(&right, 1, "s3cret");
    assert_true(verify(verifier, &right));
    right.question.is_decoy = true;
    assert_false(token_verifier_knows(verifier, &right.question));
    end(verifier);
}

static void test_a_token_that_is_none_is_wrong(void **state)
{
    struct token_verifier *verifier = new_verifier(1, -1);
    struct caller caller;

    (void)state;
    call(&caller, 1, "s3cret");
    caller.question.token_len--;
    assert_false(verify(verifier, &caller));
    end(verifier);
}

static void test_a_guesser_is_refused_and_others_are_served(void **state)
{
    struct token_verifier *verifier = new_verifier(1, 0);
    struct caller guesses[TOKEN_QUEUE_CLIENT_MAX], more, other;

    (void)state;
    for (size_t i = 0; i < TOKEN_QUEUE_CLIENT_MAX; i++) {
        call(&guesses[i], 1, "guess");
        assert_int_equal(token_verifier_post(verifier, &guesses[i].job),
                         TOKEN_TAKEN);
    }
    call(&more, 1, "guess");
    assert_int_equal(token_verifier_post(verifier, &more.job),
                     TOKEN_CLIENT_FULL);
    call(&other, 2, "s3cret");
    assert_int_equal(token_verifier_post(verifier, &other.job), TOKEN_TAKEN);
    atomic_store(&permits, -1);
    wait_for(&other);
    assert_true(other.job.is_right);
    /* Those before him are done, and their places free. */
    for (size_t i = 0; i < TOKEN_QUEUE_CLIENT_MAX; i++)
        wait_for(&guesses[i]);
    assert_false(verify(verifier, &more));
    end(verifier);
}

static void test_what_still_waits_at_the_end_is_never_done(void **state)
{
    struct token_verifier *verifier = new_verifier(0, 0);
    struct caller caller;

    (void)state;
    call(&caller, 1, "s3cret");
    assert_int_equal(token_verifier_post(verifier, &caller.job), TOKEN_TAKEN);
    end(verifier);
    assert_false(atomic_load(&caller.is_done));
    assert_int_equal(atomic_load(&verifications), 0);
}

/* --- many at once ------------------------------------------------------------ */

enum { LOOPS = 4, ROUNDS = 25 };

struct loop {
    struct token_verifier *verifier;
    unsigned char number;
    unsigned right, wrong;
};

static void *run_loop(void *arg)
{
    struct loop *loop = arg;

    for (unsigned round = 0; round < ROUNDS; round++) {
        struct caller right, wrong;

        call(&right, loop->number, "s3cret");
        call(&wrong, loop->number, "guess");
        loop->right += token_verifier_knows(loop->verifier, &right.question) ||
                       verify(loop->verifier, &right);
        loop->wrong += !verify(loop->verifier, &wrong);
    }
    return NULL;
}

static void test_each_gets_his_own_verdict(void **state)
{
    struct token_verifier *verifier =
        new_verifier(TOKEN_VERIFIER_THREADS_MAX, -1);
    struct loop loops[LOOPS];
    pthread_t threads[LOOPS];

    (void)state;
    for (unsigned char i = 0; i < LOOPS; i++) {
        loops[i] = (struct loop){.verifier = verifier, .number = i};
        assert_int_equal(pthread_create(&threads[i], NULL, run_loop, &loops[i]),
                         0);
    }
    for (size_t i = 0; i < LOOPS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(loops[i].right, ROUNDS);
        assert_int_equal(loops[i].wrong, ROUNDS);
    }
    /* At most one a loop was right before anybody knew it. */
    assert_in_range(atomic_load(&verifications), LOOPS * ROUNDS + 1,
                    LOOPS * ROUNDS + LOOPS);
    end(verifier);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_who_was_right_is_known),
        cmocka_unit_test(test_a_decoy_neither_asks_what_is_known_nor_is_known),
        cmocka_unit_test(test_a_token_that_is_none_is_wrong),
        cmocka_unit_test(test_a_guesser_is_refused_and_others_are_served),
        cmocka_unit_test(test_what_still_waits_at_the_end_is_never_done),
        cmocka_unit_test(test_each_gets_his_own_verdict),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
