/*
 * Tests what a (virtual) VT-d unit does. This is a program that boots alone, breaks the
 * rules that a driver keeps, and prints one line for each check:
 *
 *	pass|fail|absent  name  what was seen
 *
 * pass means that the unit does what the manual says, fail that it does something else,
 * and absent that it does not claim to have this. scripts/conformance makes the machine.
 * It has one edu device at 0:3.0, one behind a PCIe-to-PCI bridge, and one behind a
 * conventional bridge.
 */
#include "tests/conformance/check.h"

static void
run(const Check *c)
{
	static const char *const verdict[] = { "fail", "pass", "absent" };

	for (; c->name; c++) {
		seen[0] = 0;
		Verdict v = c->fn();

		say("%-7s%-50s%s\n", verdict[v], c->name, v == ABSENT ? "" : seen);
	}
}

void start(void) __attribute__((noreturn));

void
start(void)
{
	page = page_new();
	if (!edu_find(&edu, 0) || !edu_find(&behind_pcie, 1) ||
		!edu_find(&behind_pci, 2)) {
		say("the machine has no three edu devices\n");
		end();
	}
	vtd_fresh();
	say("unit  version %x.%x, CAP %016llx, ECAP %016llx\n", R32(0) >> 4 & 15,
		R32(0) & 15, (unsigned long long)cap, (unsigned long long)ecap);
	run(translate_checks);
	run(faults_checks);
	run(records_checks);
	run(commands_checks);
	run(registers_checks);
	run(interrupts_checks);
	say("end\n");
	end();
}
