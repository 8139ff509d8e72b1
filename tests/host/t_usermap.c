/* SRC: tests/host/fakeassign dev/text/mapcmd.c */
/*
 * Mode guest: the owner maps its memory to addresses it chooses, and a device loses at
 * once what its owner gives up.
 */
#include "tests/host/fakeassign/fakeassign.h"
#include "dev/assign/owner.h"
#include "dev/text/mapcmd.h"

static void
guest(bool ro)
{
	assert_int_equal(attach_as(EDU, 22, ATTACH_GUEST, ro), 0);
	self = &p22;
	clear();
}

static const char *
maps(void)
{
	static char buf[500];
	Text t = { 0 };

	buf[0] = 0;
	if (assign_maps(&fn[EDU], &t, map_print) == 0 && t.n > 0)
		snprintf(buf, sizeof buf, "%s", t.s);
	text_free(&t);
	return buf;
}

static void
test_guest(void **state)
{
	(void)state;
	guest(false);
	assert_int_equal(assign_map(&fn[EDU], 0x10000, 0x400000, 0x8000,
				 DOMAIN_R | DOMAIN_W),
		0);
	assert_string_equal(trace, "map(10000+8000 rw: 1400000+4000 5404000+4000) ");
	assert_int_equal(assign_map(&fn[EDU], 0, 0x408000, 0x1000, DOMAIN_R), 0);
	assert_string_equal(maps(),
		"map 0x0 0x408000 0x1000 r\nmap 0x10000 0x400000 0x8000 rw\n");
	clear();
	assert_int_equal(assign_unmap(&fn[EDU], 0x12000, 0x1000), 0);
	assert_string_equal(trace, "unmap(12000+1000) ");
	assert_string_equal(maps(),
		"map 0x0 0x408000 0x1000 r\nmap 0x10000 0x400000 0x2000 rw\n"
		"map 0x13000 0x403000 0x5000 rw\n");
}

static void
refuses(int err, iova_t iova, vaddr_t va, uint64_t len, uint rights, const char *why)
{
	clear();
	assert_int_equal(assign_map(&fn[EDU], iova, va, len, rights), err);
	assert_string_equal(host_errstr, why);
	assert_null(strstr(trace, "map("));
	assert_string_equal(maps(), "");
}

static void
test_guest_refusals(void **state)
{
	(void)state;
	guest(true);
	refuses(-ERANGE, 1ull << 39, 0x400000, 4096, 1,
		"0x8000000000: its device has 39 address bits");
	refuses(-ERANGE, 0x1000, 0x400000, -4096ull, 1,
		"0x1000: its device has 39 address bits");
	refuses(-EPERM, 0xafff0000, 0x400000, 0x20000, 1,
		"0xafff0000 is kept out: bridge 0:1.0");
	refuses(-EPERM, 0x1000, 0x400000, 4096, 3, "it is attached read-only");
	refuses(-EFAULT, 0x1000, 0x40f000, 0x2000, 1,
		"0x410000 is not memory of process 22, or not with these rights");
	map_err = -EEXIST;
	refuses(-EEXIST, 0x1000, 0x400000, 4096, 1,
		"0x1000: some of it is mapped already");
	map_err = -EDQUOT;
	refuses(-EDQUOT, 0x1000, 0x400000, 4096, 1,
		"more than 7 table pages: the quota of a guest");
	map_err = -ENOTSUP;
	refuses(-ENOTSUP, 0x1000, 0x400000, 4096, 1,
		"'w': first-stage tables have no write-only pages: map it rw");
	map_err = -ENOMEM;
	refuses(-ENOMEM, 0x1000, 0x400000, 4096, 1, "no memory for tables");
	host_alloc_left = 0;
	iovamap_clear(&func[EDU].owner->map);
	refuses(-ENOMEM, 0x1000, 0x400000, 4096, 1, "no memory for tables");
	host_alloc_left = -1;
	unmap_err = -ENOENT;
	assert_int_equal(assign_unmap(&fn[EDU], 0x1000, 4096), -ENOENT);
	assert_string_equal(host_errstr, "0x1000: nothing of it is mapped");
	self = &p23;
	assert_int_equal(assign_map(&fn[EDU], 0x1000, 0x400000, 4096, 1), -EPERM);
	self = &p1;
	assert_int_equal(attach_as(EDU2, 22, ATTACH_SHARED, false), 0);
	self = &p22;
	assert_int_equal(assign_map(&fn[EDU2], 0x1000, 0x400000, 4096, 1), -EPERM);
	assert_string_equal(host_errstr,
		"0:2.0 is attached shared: its addresses are those of the process");
}

/* What the process gives up is taken from its device first, with one invalidation for
 * all of it. What it may still read stays mapped. */
static void
test_guest_removed(void **state)
{
	AsObserver *o;

	(void)state;
	guest(false);
	o = as22.observer;
	assign_map(&fn[EDU], 0x10000, 0x400000, 0x8000, DOMAIN_R | DOMAIN_W);
	assign_map(&fn[EDU], 0x90000, 0x401000, 0x1000, DOMAIN_R);
	clear();
	assert_int_equal(o->added(o->arg, &as22, 0x700000, 4096, true), 0);
	assert_int_equal(o->removed(o->arg, &as22, 0x700000, 4096, 0, true), 0);
	assert_string_equal(trace, "sync ");
	clear();
	assert_int_equal(o->removed(o->arg, &as22, 0x401000, 0x2000, SPROT_READ, false),
		0);
	assert_string_equal(trace, "unmap-later(11000+2000) sync ");
	clear();
	assert_int_equal(o->removed(o->arg, &as22, 0x400000, 0x10000, 0, true), 0);
	assert_string_equal(trace,
		"unmap-later(10000+1000) unmap-later(90000+1000) "
		"unmap-later(13000+5000) sync ");
	assert_string_equal(maps(), "");
}

/* Without memory to split a mapping, all mappings go. When the unit does not confirm,
 * the frames are withheld. */
static void
test_guest_trouble(void **state)
{
	AsObserver *o;

	(void)state;
	guest(false);
	o = as22.observer;
	assign_map(&fn[EDU], 0x10000, 0x400000, 0x8000, DOMAIN_R);
	unmap_err = -ENOMEM;
	clear();
	assert_int_equal(o->removed(o->arg, &as22, 0x401000, 0x1000, 0, false), 0);
	assert_string_equal(trace, "unmap-later(11000+1000) unmap-all sync ");
	assert_string_equal(maps(), "");
	assert_string_equal(event(EDU, &p22), "attach guest\n");
	assert_string_equal(event(EDU, &p22),
		"unmapped no memory to split a mapping, so all are gone\n");
	unmap_err = 0;
	assign_map(&fn[EDU], 0x10000, 0x400000, 0x8000, DOMAIN_R);
	sync_err = -ETIMEDOUT;
	assert_int_equal(o->removed(o->arg, &as22, 0x401000, 0x1000, 0, false), -EIO);
	assert_int_equal(assign_state(&fn[EDU]), FN_BROKEN);
	self = &p1;
	assign_observer.exiting(&p22);
	assert_true(as22.withheld);
	given_up("mapped");
}

/* After an exec every domain shows the new address space, and mode guest has nothing
 * mapped. */
static void
test_guest_exec(void **state)
{
	(void)state;
	guest(false);
	assign_map(&fn[EDU], 0x10000, 0x400000, 0x8000, DOMAIN_R);
	self = &p1;
	assert_int_equal(attach_as(EDU2, 22, ATTACH_PRIVATE, false), 0);
	clear();
	assert_int_equal(assign_observer.exec(&p22, &as22, &as_new), 0);
	assert_non_null(strstr(trace, "attach(mapped: 0:3.0) "));
	assert_non_null(strstr(trace, "attach(as-new private: 0:2.0) "));
	assert_null(as22.observer);
	assert_int_equal(live_domains, 2);
	self = &p22;
	assert_string_equal(maps(), "");
	assert_string_equal(event(EDU2, &p22), "attach private\n");
	self = &p1;
	p22.as = &as_new;
	assign_observer.exiting(&p22);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_guest),
		T(test_guest_refusals),
		T(test_guest_removed),
		T(test_guest_trouble),
		T(test_guest_exec),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
