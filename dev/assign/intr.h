/* Interrupts of a function: its vector, its messages, and its entry in the unit's
 * table. */
#pragma once

#include "dev/assign/assigned.h"

/* Makes the device send messages for its vector, at first and after a reset. -ENOTSUP and
 * a sentence: it cannot. */
int intr_on(AssignedFn *f) REQUIRES(assign_lock);
/* From now on the unit blocks f's messages. If the unit does not confirm that, f is
 * broken and nobody else ever gets its vector. */
void intr_block(AssignedFn *f) REQUIRES(assign_lock);
/* That, and the vector is free for others. f's messages are off and the bus is quiet. */
void intr_free(AssignedFn *f) REQUIRES(assign_lock);

/* ---- intremap.c ---- */

/* Makes an entry for f's messages, which raise `vector`, if its unit remaps interrupts.
 * Says why not. */
int intremap_add(AssignedFn *f, uint vector) REQUIRES(assign_lock);
/* Removes it, if there is one. An error means that it may still be in force. */
int intremap_remove(AssignedFn *f) REQUIRES(assign_lock);
/* The address and data that f must write for its vector. */
void intremap_message(const AssignedFn *f, uint64_t *addr, uint32_t *data)
	REQUIRES(assign_lock);
