/* Rows of #cons that are about the machine as a whole, for its Dirtab. */
#pragma once

#include "kern/dev.h"

void kmesg_show(Text *t);
void meminfo_show(Text *t);
void sysinfo_show(Text *t);
void time_show(Text *t);
#define SYSCTL_USAGE "poweroff [STATUS]\nreboot\n"
int sysctl_cmd(const Cmd *cmd); /* says why not, or does not return */

/* dev/cons.c: the counter, without idle ticks, when input was first waited for. */
uint64_t cons_waited(void);
