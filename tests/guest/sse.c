/*
 * sse: vector registers belong to one process. Four children, more than there are CPUs,
 * keep a pattern of their own in xmm8..xmm15 through time slices and system calls; a
 * program starts with zeros whatever the one before it left there.
 *
 *	sse          run the children: prints `kept`, or which child found what
 *	sse fill     leave a pattern, then become `sse look`
 *	sse look     `zeros`, or `leaked`
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define NREG     8
#define CHILDREN 4
#define ROUNDS   2000

typedef struct Regs {
	uint64_t q[NREG][2];
} Regs;

/* Load the registers, stay `spin` turns in the loop with them, and store them again. */
static void
carry(const Regs *in, Regs *out, unsigned long spin)
{
	__asm__ volatile("movups 0(%1), %%xmm8\n\tmovups 16(%1), %%xmm9\n\t"
			 "movups 32(%1), %%xmm10\n\tmovups 48(%1), %%xmm11\n\t"
			 "movups 64(%1), %%xmm12\n\tmovups 80(%1), %%xmm13\n\t"
			 "movups 96(%1), %%xmm14\n\tmovups 112(%1), %%xmm15\n"
			 "1:\tdec %0\n\tjnz 1b\n\t"
			 "movups %%xmm8, 0(%2)\n\tmovups %%xmm9, 16(%2)\n\t"
			 "movups %%xmm10, 32(%2)\n\tmovups %%xmm11, 48(%2)\n\t"
			 "movups %%xmm12, 64(%2)\n\tmovups %%xmm13, 80(%2)\n\t"
			 "movups %%xmm14, 96(%2)\n\tmovups %%xmm15, 112(%2)"
			 : "+r"(spin)
			 : "r"(in), "r"(out)
			 : "memory", "cc", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12",
			 "xmm13", "xmm14", "xmm15");
}

static int
child(uint64_t me)
{
	Regs in, out;

	for (int i = 0; i < NREG; i++)
		in.q[i][0] = in.q[i][1] = me << 32 | (uint64_t)i;
	for (int i = 0; i < ROUNDS; i++) {
		carry(&in, &out, 20000);
		if (memcmp(&in, &out, sizeof in) != 0)
			return 1;
	}
	return 0;
}

static int
look(void)
{
	uint64_t q[2];

	__asm__ volatile("movups %%xmm15, %0" : "=m"(q));
	puts(q[0] == 0 && q[1] == 0 ? "zeros" : "leaked");
	return 0;
}

int
main(int argc, char **argv)
{
	int status, bad = 0;

	if (argc == 2 && strcmp(argv[1], "look") == 0)
		return look();
	if (argc == 2 && strcmp(argv[1], "fill") == 0) {
		__asm__ volatile("pcmpeqd %%xmm15, %%xmm15" ::: "xmm15");
		execv("/bin/sse", (char *[]){ "sse", "look", NULL });
		return 1;
	}
	for (uint64_t i = 1; i <= CHILDREN; i++)
		if (fork() == 0)
			_exit(child(i));
	while (wait(&status) > 0)
		bad += status != 0;
	printf("%s\n", bad == 0 ? "kept" : "mixed up");
	return 0;
}
