/* Rows of #cons that are about the machine as a whole, for its Dirtab. */
#pragma once

#include "kern/dev.h"

int machine_kmesg(Chan *c, Text *t);
int machine_time(Chan *c, Text *t);
int machine_meminfo(Chan *c, Text *t);
int machine_sysinfo(Chan *c, Text *t);
int machine_orders(Chan *c, Text *t); /* sysctl: what it takes */
int machine_order(Chan *c, const Cmd *cmd);

/* dev/cons.c: the counter, without idle ticks, when input was first waited for. */
uint64_t cons_waited(void);
