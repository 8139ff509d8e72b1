/* SRC: tests/host/fakeassign */
/*
 * `check`: the books of device assignment are compared with what the units and the
 * tables say. Each thing that can be wrong is said under the number of its rule.
 */
#include "tests/host/fakeassign/fakeassign.h"

/* Each thing that can be wrong is said under its number, and no longer said when it is
 * right again. */
static void
test_check(void **state)
{
	(void)state;
	core_unit = (VtdCheck){ .contexts = 3, .irqs = 2 };
	frames = (PageStat){
		.total = 10, .free = 5, .kernel = 2, .user = 1, .table = 1, .withheld = 1
	};
	assert_int_equal(attach(EDU, 22), 0);
	checks(CLEAN);
	core_misses = "no context entry";
	checks("I1 function 0:3.0: no context entry\nviolations 1\n");
	core_misses = NULL;
	core_source = 0x777;
	checks("I1 unit 0 source 0x777: a context entry that is nobody's\n"
	       "violations 1\n");
	core_source = ~0u;
	core_unit.nbad = 1;
	core_unit.bad[0] = (VtdBad){ 7, "another queue", 0x90, 0x1000 };
	checks("I7 unit 0 at 0x90 value 0x1000: another queue\nviolations 1\n");
	core_unit.nbad = 0;
	core_domain.nbad = 1;
	core_domain.bad[0] = (VtdBad){ 11, "changed and not invalidated", 1, 2 };
	checks("I11 domain 42 at 0x1 value 0x2: changed and not invalidated\n"
	       "violations 1\n");
	core_domain.nbad = 0;
	bme[NVME] = msi[NVME] = true;
	checks("I8 function 0:4.0: masters the bus\n"
	       "I8 function 0:4.0: can interrupt\n"
	       "violations 2\n");
	bme[NVME] = msi[NVME] = false;
	with_ats = &fn[EDU];
	checks("I14 function 0:3.0: translates by itself: ATS, PRI or PASID is on\n"
	       "violations 1\n");
	with_ats = NULL;
	as22.window = &fn[NVME];
	checks("I12 function 0:4.0: its registers are in a process that does not own it\n"
	       "violations 1\n");
	as22.window = NULL;
	frames.free--;
	checks("I6 machine: 1 frames are not accounted for\nviolations 1\n");
	frames.free++;
	poisoned = 0x5000;
	checks("I9 machine at 0x5000: a free frame was written to\nviolations 1\n");
	poisoned = 0;
	dead_canary = 0x6008;
	checks("I10 machine at 0x6008: a canary was written to\nviolations 1\n");
	dead_canary = 0;
	checks(CLEAN);
}

/* With iommu.check=on the check runs at the end of every operation, and its first
 * violation is printed. */
static void
said(const char *after)
{
	char want[128];

	if (after != NULL)
		snprintf(want, sizeof want,
			"iommu.check: after %s: I10 machine at 0x6008: a canary was "
			"written to\n",
			after);
	assert_string_equal(host_log, after != NULL ? want : "");
	host_log[0] = 0;
	assert_null(host_self.held);
}

static void
test_check_after(void **state)
{
	vaddr_t va;

	(void)state;
	checking = true;
	bookcheck_init();
	assert_int_equal(attach(EDU, 22), 0);
	said(NULL);
	dead_canary = 0x6008;
	assert_int_equal(attach(EDU, 23), -EBUSY);
	said("attach");
	assert_int_equal(assign_detach(fn[EDU].bdf, -1), 0);
	said("detach");
	assert_int_equal(assign_power(false), 0);
	said("power");
	assert_int_equal(assign_power(true), 0);
	said("power");
	assert_int_equal(attach_as(EDU, 22, ATTACH_GUEST, false), 0);
	said("attach");
	self = &p22;
	assert_int_equal(assign_map(&fn[EDU], 0x1000, 0x400000, 4096, DOMAIN_R), 0);
	said("map");
	assert_int_equal(assign_unmap(&fn[EDU], 0x1000, 4096), 0);
	said("unmap");
	assert_int_equal(assign_busmaster(&fn[EDU], true), 0);
	said("busmaster");
	assert_int_equal(assign_map_bar(&fn[EDU], 0, 0, 4096, SPROT_READ, &va), 0);
	said("an mmap of registers");
	assert_int_equal(assign_reset(&fn[EDU]), -ENOTSUP); /* it failed, but is over */
	said("reset");
	self = &p1;
	assign_observer.exiting(&p22);
	said("an exit");
	dead_canary = 0;
}

static void
test_check_interrupt(void **state)
{
	(void)state;
	core_unit = (VtdCheck){ .contexts = 3, .irqs = 2 };
	assert_int_equal(attach(EDU, 22), 0);
	func[EDU].remapped = true;
	func[EDU].irte = 77;
	checks("I13 function 0:3.0: its interrupt entry does not serve it\n"
	       "violations 1\n");
	func[EDU].remapped = false;
	checks(CLEAN);
}

/* The tables of a domain lead to pages of its process and to tables, and an entry that
 * is not present is 0. */
static void
test_check_tables(void **state)
{
	(void)state;
	core_unit = (VtdCheck){ .contexts = 3, .irqs = 2 };
	assert_int_equal(attach(EDU, 22), 0);
	held = (DomainEntry){
		.iova = 0x400000, .level = 1, .to = 0x1000, .value = 0x1005, .page = true
	};
	checks("ok units 1 functions 10 domains 1 contexts 3 interrupts 2 "
	       "tables 0 pages 1\n");
	held_kind = PAGE_KERNEL;
	checks("I4 domain 42 level 1 address 0x400000 value 0x1005: not a "
	       "page of a process\n"
	       "violations 1\n");
	held_kind = PAGE_NONE;
	checks("I16 domain 42 level 1 address 0x400000 value 0x1005: not memory\n"
	       "violations 1\n");
	held.value = 0x1006;
	checks("I15 domain 42 level 1 address 0x400000 value 0x1006: an entry "
	       "that is not present is not 0\n"
	       "violations 1\n");
	held = (DomainEntry){
		.iova = 0x400000, .level = 2, .to = 0x1000, .value = 0x1007
	};
	checks("I5 domain 42 level 2 address 0x400000 value 0x1007: leads to "
	       "what is not a table\n"
	       "violations 1\n");
	held_kind = PAGE_TABLE;
	checks("ok units 1 functions 10 domains 1 contexts 3 interrupts 2 "
	       "tables 1 pages 0\n");
	held.value = 0;
	held_kind = PAGE_USER;
	checks(CLEAN);
}

/* The tables of mode guest hold what is in its book of mappings, with no more rights. */
static void
test_check_guest(void **state)
{
	(void)state;
	core_unit = (VtdCheck){ .contexts = 3, .irqs = 2 };
	assert_int_equal(attach_as(EDU, 22, ATTACH_GUEST, false), 0);
	self = &p22;
	assert_int_equal(assign_map(&fn[EDU], 0x10000, 0x400000, 4096, DOMAIN_R), 0);
	paddr_t pa = 0x1400000; /* aspace_frame of it */
	held = (DomainEntry){ .iova = 0x10000,
		.level = 1,
		.to = pa,
		.value = pa | DOMAIN_R,
		.page = true };
	checks("ok units 1 functions 10 domains 1 contexts 3 interrupts 2 "
	       "tables 0 pages 1\n");
	held.value = pa | DOMAIN_R | DOMAIN_W;
	Text t = { 0 };
	assign_check(&t);
	assert_non_null(strstr(t.s, ": not what its owner mapped there\nviolations 1\n"));
	text_free(&t);
	held.value = pa | DOMAIN_R;
	held.iova = 0x11000;
	t = (Text){ 0 };
	assign_check(&t);
	assert_non_null(strstr(t.s, ": not what its owner mapped there\nviolations 1\n"));
	text_free(&t);
	held.iova = 0x10000;
	held.to += 4096;
	t = (Text){ 0 };
	assign_check(&t);
	assert_non_null(strstr(t.s, ": not what its owner mapped there\nviolations 1\n"));
	text_free(&t);
	held.value = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_check),
		T(test_check_after),
		T(test_check_interrupt),
		T(test_check_tables),
		T(test_check_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
