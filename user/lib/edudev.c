/* Driving QEMU's teaching device (edudev.h). */
#include "user/lib/edudev.h"

#include <unistd.h>

#define CMD_RUN   1 /* reads 1 until it is done */
#define CMD_TO_US 2 /* device to memory, else memory to device */

static volatile uint64_t *
at(volatile void *regs, unsigned off)
{
	return (volatile uint64_t *)((volatile uint8_t *)regs + off);
}

void
edu_start(volatile void *regs, uint64_t addr, size_t n, bool to_us)
{
	*at(regs, EDU_SRC) = to_us ? EDU_BUFFER : addr;
	*at(regs, EDU_DST) = to_us ? addr : EDU_BUFFER;
	*at(regs, EDU_COUNT) = n;
	*at(regs, EDU_CMD) = CMD_RUN | (to_us ? CMD_TO_US : 0);
}

bool
edu_finish(volatile void *regs)
{
	for (int i = 0; i < 200; i++) {
		usleep(10000);
		if ((*at(regs, EDU_CMD) & CMD_RUN) == 0)
			return true;
	}
	return false;
}

bool
edu_transfer(volatile void *regs, uint64_t addr, size_t n, bool to_us)
{
	edu_start(regs, addr, n, to_us);
	return edu_finish(regs);
}
