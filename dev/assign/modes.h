/* The modes in which a process can have a function. */
#pragma once

#include "dev/assign/owner.h"

extern const Mode *const mode_of[ATTACH_GUEST + 1];
extern const Mode
	guest_mode; /* usermap.c: the owner maps memory to addresses it chooses */
