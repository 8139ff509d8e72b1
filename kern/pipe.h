/* Pipes: two Chans of a device that has no name. */
#pragma once

#include "kern/chan.h"

/* A reading and a writing end, open. */
int pipe_new(Chan **r, Chan **w);
