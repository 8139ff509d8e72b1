/* SRC: dev/text/iommucmd.c dev/assign/state.c kern/cmd.c */
#include "host.h"

#include "dev/text/iommucmd.h"

static AttachArgs a;

static int
attach(const char *s)
{
	Cmd c;

	host_errstr[0] = 0;
	memset(&a, 0x55, sizeof a);
	assert_int_equal(cmd_parse(&c, s, strlen(s)), 0);
	return attach_parse(&c, &a);
}

static int
detach(const char *s, DetachArgs *d)
{
	Cmd c;

	host_errstr[0] = 0;
	assert_int_equal(cmd_parse(&c, s, strlen(s)), 0);
	return detach_parse(&c, d);
}

/* The transcript's own lines, with and without newline, and the spellings of
 * user/man/iommu.md. */
static void
test_attach(void **state)
{
	(void)state;
	assert_int_equal(attach("0:3.0 1\n"), 0);
	assert_int_equal(a.bdf, 0x18);
	assert_int_equal(a.pid, 1);
	assert_int_equal(a.policy, FAULT_LOG);
	assert_int_equal(attach("0:1:0 22"), 0);
	assert_int_equal(a.bdf, 0x08);
	assert_int_equal(a.pid, 22);
	assert_int_equal(attach("0000:00:1f.2 0x16"), 0);
	assert_int_equal(a.bdf, 0xfa);
	assert_int_equal(a.pid, 22);
	assert_int_equal(attach("0:3.0 0"), 0);
	assert_int_equal(a.pid, 0);
}

static void
test_words(void **state)
{
	(void)state;
	assert_int_equal(attach("0:3.0 22 shared"), 0);
	assert_int_equal(attach("0:3.0 22 shared fault=kill"), 0);
	assert_int_equal(a.policy, FAULT_KILL);
	assert_int_equal(attach("0:3.0 22 fault=stop shared"), 0);
	assert_int_equal(a.policy, FAULT_STOP);
	assert_int_equal(attach("0:3.0 22 fault=log"), 0);
	assert_int_equal(a.policy, FAULT_LOG);
	assert_int_equal(a.mode, ATTACH_SHARED);
	assert_false(a.ro);
	assert_int_equal(attach("0:3.0 22 ro private"), 0);
	assert_int_equal(a.mode, ATTACH_PRIVATE);
	assert_true(a.ro);
	assert_int_equal(attach("0:3.0 22 guest fault=kill"), 0);
	assert_int_equal(a.mode, ATTACH_GUEST);
	assert_false(a.ro);
	assert_int_equal(attach("0:3.0 22 ro ro"), -EINVAL);
	assert_string_equal(host_errstr,
		"'ro': the mode, ro and fault= are given once each");
	assert_int_equal(attach("0:3.0 22 private guest"), -EINVAL);
	assert_int_equal(attach("0:3.0 22 shared shared"), -EINVAL);
	assert_string_equal(host_errstr,
		"'shared': the mode, ro and fault= are given once each");
	assert_int_equal(attach("0:3.0 22 fault=log fault=log"), -EINVAL);
	assert_int_equal(attach("0:3.0 22 fault=panic"), -EINVAL);
	assert_string_equal(host_errstr,
		"fault=panic: want fault=log, fault=stop or fault=kill");
	assert_int_equal(attach("0:3.0 22 fault="), -EINVAL);
	assert_int_equal(attach("0:3.0 22 sharedx"), -EINVAL);
	assert_int_equal(attach("0:3.0 22 23"), -EINVAL);
}

/* -g stands in front or is no word at all. */
static void
test_group(void **state)
{
	(void)state;
	assert_int_equal(attach("0:3.0 22"), 0);
	assert_false(a.group);
	assert_int_equal(attach("-g 0:3.0 22 fault=stop\n"), 0);
	assert_true(a.group);
	assert_int_equal(a.bdf, 0x18);
	assert_int_equal(a.pid, 22);
	assert_int_equal(a.policy, FAULT_STOP);
	assert_int_equal(attach("-g 0:3.0"), -EINVAL);
	assert_int_equal(attach("-g"), -EINVAL);
	assert_int_equal(attach("-g -g 0:3.0 22"), -EINVAL);
	assert_int_equal(attach("-x 0:3.0 22"), -EINVAL);
	assert_int_equal(attach("0:3.0 22 -g"), -EINVAL);
	assert_string_equal(host_errstr,
		"unknown word '-g': want [-g] B:D.F PID "
		"[shared|private|guest] [ro] [fault=log|stop|kill]");
}

/* Text must never become pid 0, the kernel; every number is whole and in range. */
static void
test_bad(void **state)
{
	/* clang-format off */
	static const char *const bad[] = {
		"0:3.0", "22", "0:3.0 abc", "0:3.0 22x", "0:3.0 -1", "0:3.0 +1",
			"0:3.0 0x",
		"0:3.0 4294967296", "0:3.0 99999999999999999999", "0:3.0 2147483648",
		"0:3 22", "0:3.8 22", "0:20.0 22", "100:20.8 22", "100:0.0 22",
			"0:3.0x 22",
		":3.0 22", "0:3. 22", "x:3.0 22", "0x0:3.0 22", "10000:0:3.0 22",
			"0:3.0,22",
	};
	/* clang-format on */

	(void)state;
	for (uint i = 0; i < nelem(bad); i++) {
		int err = attach(bad[i]);

		if (err != -EINVAL)
			print_error("accepted: %s\n", bad[i]);
		assert_int_equal(err, -EINVAL);
		assert_true(host_errstr[0] != 0);
	}
	attach("0:9 22");
	assert_string_equal(host_errstr,
		"'0:9' is not a device: want B:D.F in hexadecimal, like 0:1f.2");
	attach("0:9.0 abc");
	assert_string_equal(host_errstr, "'abc' is not a pid");
}

static void
test_detach(void **state)
{
	static const char *const bad[] = { "0:2.0 26 27", "-g", "-g 0:2.0 26 27",
		"0:2.0 26 -g" };
	DetachArgs d;

	(void)state;
	assert_int_equal(detach("0:1:0\n", &d), 0);
	assert_int_equal(d.bdf, 0x08);
	assert_int_equal(d.pid, -1);
	assert_false(d.group);
	assert_int_equal(detach("0:2.0 26", &d), 0);
	assert_int_equal(d.bdf, 0x10);
	assert_int_equal(d.pid, 26);
	assert_int_equal(detach("-g 0:2.0", &d), 0);
	assert_true(d.group);
	assert_int_equal(d.bdf, 0x10);
	assert_int_equal(d.pid, -1);
	assert_int_equal(detach("-g 0:2.0 26\n", &d), 0);
	assert_int_equal(d.pid, 26);
	for (uint i = 0; i < nelem(bad); i++) {
		assert_int_equal(detach(bad[i], &d), -EINVAL);
		assert_string_equal(host_errstr, "want [-g] B:D.F [PID]");
	}
	assert_int_equal(detach("0:2.0 x", &d), -EINVAL);
	assert_string_equal(host_errstr, "'x' is not a pid");
	assert_int_equal(detach("2.0", &d), -EINVAL);
	assert_int_equal(detach("-G 0:2.0", &d), -EINVAL);
	assert_string_equal(host_errstr,
		"'-G' is not a device: want B:D.F in hexadecimal, like 0:1f.2");
}

static void
test_power(void **state)
{
	static const struct {
		const char *s;
		int err;
		bool on;
	} t[] = {
		{ "off", 0, false },
		{ "off\n", 0, false },
		{ "disable", 0, false },
		{ "on", 0, true },
		{ "enable\n", 0, true },
		{ "offf", -EINVAL, false },
		{ "OFF", -EINVAL, false },
		{ "on on", -EINVAL, false },
		{ "1", -EINVAL, false },
	};

	(void)state;
	for (uint i = 0; i < nelem(t); i++) {
		bool on = !t[i].on;
		Cmd c;

		assert_int_equal(cmd_parse(&c, t[i].s, strlen(t[i].s)), 0);
		assert_int_equal(power_parse(&c, &on), t[i].err);
		assert_int_equal(on, t[i].err == 0 ? t[i].on : !t[i].on);
	}
	assert_string_equal(host_errstr, "'1': want enable, disable, on or off");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attach),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_detach),
		cmocka_unit_test(test_power),
		cmocka_unit_test(test_group),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
