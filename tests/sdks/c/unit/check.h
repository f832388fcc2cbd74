// SPDX-License-Identifier: MIT
/**
 * @file
 * What a test program in C needs: CHECK says which condition does not hold and goes on, and
 * check_result() is the exit status of main().
 */
#ifndef MEMORYKV_TEST_CHECK_H
#define MEMORYKV_TEST_CHECK_H

#include <stdio.h>
#include <string.h>

static int check_failures;

#define CHECK(condition) check_that((condition) ? 1 : 0, #condition, __FILE__, __LINE__)

static inline int check_that(int holds, const char *what, const char *file, int line)
{
    if (!holds) {
        fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, what);
        ++check_failures;
    }
    return holds;
}

/** Whether two texts are equal; shows both when they are not. */
#define CHECK_TEXT(actual, expected) check_text((actual), (expected), __FILE__, __LINE__)

static inline int check_text(const char *actual, const char *expected, const char *file, int line)
{
    const int equal = actual && strcmp(actual, expected) == 0;
    if (!equal) {
        fprintf(stderr, "%s:%d: is \"%s\", not \"%s\"\n", file, line, actual ? actual : "(null)",
                expected);
        ++check_failures;
    }
    return equal;
}

static inline int check_result(void)
{
    if (check_failures)
        fprintf(stderr, "%d checks failed\n", check_failures);
    return check_failures ? 1 : 0;
}

#endif
