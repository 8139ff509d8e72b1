/* Files of #cons that are about the machine as a whole, for its Dirtab. user/man/cons.md
 * has their words. */
#pragma once

#include "kern/dev.h"

void kmesg_show(Text *t);
void meminfo_show(Text *t);
void sysinfo_show(Text *t);
void time_show(Text *t);
#define SYSCTL_USAGE "poweroff [STATUS]\nreboot\n"
int sysctl_cmd(const Cmd *cmd); /* does not return, or says why */

/* dev/cons.c: the time-stamp counter, without ticks in which the CPU was idle, at the
 * first wait for input. 0: nobody has waited yet. */
uint64_t cons_waited(void);
