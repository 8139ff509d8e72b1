/* Translation on and off. */
#pragma once

#include "dev/assign/assigned.h"

/* At boot: units stay off until power_start, and only the kernel can be given a device.
 * `unavailable` is one clause that says why attach can never work; NULL: it can. With
 * first_use translation waits for the first attach. */
void power_init(const char *unavailable, bool first_use);
/* The end of that: switches translation on, unless it waits for the first attach; `now`
 * overrules that. Returns why attach can never work, or NULL. */
const char *power_start(bool now);
/* Before f is published: switches translation on if the first attach does. 0, or why f
 * would not be translated. */
int power_ready(const AssignedFn *f) REQUIRES(assign_lock);
/* 0, or -ENODEV and a sentence: translation was switched off. */
int power_check(void) REQUIRES(assign_lock);
