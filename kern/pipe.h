/* Pipes. Both ends are Chans of a device that has no name. */
#pragma once

#include "kern/chan.h"

/* Makes a reading and a writing end, both open, with one reference each. -ENOMEM, with a
 * sentence: there is neither. */
int pipe_new(Chan **r, Chan **w);
