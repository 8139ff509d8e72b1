/* What becomes of a fault record after the interrupt. */
#pragma once

#include "dev/assign/assignlock.h"
#include "dev/assign/faultlog.h"

/* Keeps a copy of r, has it printed soon, and kills its owner if r says so. For the fault
 * interrupt: no spin lock of a function may be held. */
void faultthread_add(const FaultRec *r);
/* Starts the thread that prints, once. -ENOMEM, with a sentence. */
int faultthread_start(void) REQUIRES(assign_lock);
