/* SRC: dev/text/iommufmt.c kern/text.c */
#include "host.h"

#include "dev/text/iommufmt.h"

static Text t;

static const char *
done(void)
{
	static char out[4096];

	snprintf(out, sizeof out, "%s", t.s);
	text_free(&t);
	t = (Text){ 0 };
	return out;
}

/* The unit of the published page: intremap=off,caching-mode=on,device-iotlb=on, 48
 * bits. */
static const UnitInfo page_unit = {
	.state = UNIT_ON,
	.base = 0xfed90000,
	.haw = 48,
	.ver = 0x10,
	.cap = 0x00d2008c222f0686,
	.ecap = 0x0000000000000f46,
	.gsts = 0xc0000000,
	.rtaddr = 0x00000001090aa000,
	.levels = 4,
	.width = 48,
	.ndomains = 65536,
	.queued = true,
};

/* The page that was published for Akaros, with register bases in place of pointers. */
static void
test_info(void **state)
{
	(void)state;
	info_driver(&t, true);
	info_unit(&t, &page_unit, 0);
	assert_string_equal(done(),
		"driver info:\n"
		"\tdefault did = 1\n"
		"\tstatus = enabled\n"
		"\n"
		"iommu@0x00000000fed90000\n"
		"\trba = 0x00000000fed90000\n"
		"\tsupported = yes\n"
		"\tnum_assigned_devs = 0\n"
		"\tregspace = 0x00000000fed90000\n"
		"\thost addr width (dmar) = 48\n"
		"\thost addr width (cap[mgaw]) = 48\n"
		"\tversion = 0x10\n"
		"\tcapabilities = 0x00d2008c222f0686\n"
		"\t\tmgaw: 48\n"
		"\t\tsagaw (paging level): 0x6\n"
		"\t\tcaching mode: yes (1)\n"
		"\t\tzlr: 0x0\n"
		"\t\trwbf: not required\n"
		"\t\tnum domains: 65536\n"
		"\t\tsupports protected high-memory region: no\n"
		"\t\tsupports Protected low-memory region: no\n"
		"\text. capabilities = 0x0000000000000f46\n"
		"\t\tpass through: yes\n"
		"\t\tdevice iotlb: yes\n"
		"\t\tiotlb register offset: 0xf0\n"
		"\t\tsnoop control: no\n"
		"\t\tcoherency: no\n"
		"\t\tqueue invalidation support: yes\n"
		"\t\tinterrupt remapping support: no\n"
		"\t\textended interrupt mode: 0x0\n"
		"\tglobal status = 0xc0000000\n"
		"\t\ttranslation: enabled\n"
		"\t\troot table: set\n"
		"\troot entry table = 0x00000001090aa000 (phy) or 0x0000000000000000 "
		"(vir)\n");
}

/* Every flag the other way round, one bit at a time from the manual's numbers. */
static void
test_flags(void **state)
{
	static const struct {
		uint64_t cap, ecap;
		uint32_t gsts;
		const char *line;
	} f[] = {
		{ 1ull << 4, 0, 0, "\t\trwbf: required\n" },
		{ 1ull << 5, 0, 0, "\t\tsupports Protected low-memory region: yes\n" },
		{ 1ull << 6, 0, 0, "\t\tsupports protected high-memory region: yes\n" },
		{ 0, 0, 0, "\t\tcaching mode: no (0)\n" },
		{ 1ull << 22, 0, 0, "\t\tzlr: 0x1\n" },
		{ 38ull << 16, 0, 0, "\t\tmgaw: 39\n" },
		{ 2, 0, 0, "\t\tnum domains: 256\n" },
		{ 0x11ull << 8, 0, 0, "\t\tsagaw (paging level): 0x11\n" },
		{ 2ull << 8, 0, 0, "\t\tsagaw (paging level): 0x2\n" },
		{ 0, 1ull << 0, 0, "\t\tcoherency: yes\n" },
		{ 0, 0, 0, "\t\tqueue invalidation support: no\n" },
		{ 0, 1ull << 3, 0, "\t\tinterrupt remapping support: yes\n" },
		{ 0, 1ull << 4, 0, "\t\textended interrupt mode: 0x1\n" },
		{ 0, 0, 0, "\t\tpass through: no\n" },
		{ 0, 0, 0, "\t\tdevice iotlb: no\n" },
		{ 0, 1ull << 7, 0, "\t\tsnoop control: yes\n" },
		{ 0, 0x20ull << 8, 0, "\t\tiotlb register offset: 0x200\n" },
		{ 0, 0x3ffull << 8, 0, "\t\tiotlb register offset: 0x3ff0\n" },
		{ 0, 0, 0x40000000, "\t\ttranslation: disabled\n" },
		{ 0, 0, 0x80000000, "\t\troot table: not set\n" },
	};

	(void)state;
	for (uint i = 0; i < nelem(f); i++) {
		UnitInfo u = { .state = UNIT_OFF,
			.cap = f[i].cap,
			.ecap = f[i].ecap,
			.gsts = f[i].gsts };

		info_unit(&t, &u, 3);
		if (strstr(t.s, f[i].line) == NULL)
			print_error("no line %s", f[i].line);
		assert_non_null(strstr(t.s, f[i].line));
		assert_non_null(strstr(t.s, "\tnum_assigned_devs = 3\n"));
		done();
	}
	info_driver(&t, false);
	assert_non_null(strstr(done(), "\tstatus = disabled\n"));
	info_unit(&t, &(UnitInfo){ .state = UNIT_UNUSABLE }, 0);
	assert_non_null(strstr(done(), "\tsupported = no\n"));
}

/* The transcript: grouped by pid, in order, whatever the order of attaching. */
static void
test_mappings(void **state)
{
	Mapping m[] = { { 26, 0x10 }, { 22, 0x08 }, { 1, 0x18 }, { 22, 0x00 } };

	(void)state;
	mappings_unit(&t, 0xfed90000, m, 4);
	assert_string_equal(done(),
		"Mappings for iommu@0x00000000fed90000\n"
		"\tpid = 1\n"
		"\t\tdevice = 0:3.0\n"
		"\tpid = 22\n"
		"\t\tdevice = 0:0.0\n"
		"\t\tdevice = 0:1.0\n"
		"\tpid = 26\n"
		"\t\tdevice = 0:2.0\n");
	mappings_unit(&t, 0xfed91000, m, 0);
	assert_string_equal(done(), "Mappings for iommu@0x00000000fed91000\n\t<empty>\n");
	m[0] = (Mapping){ 7, 0x0001001f };
	mappings_unit(&t, 0xfed90000, m, 1);
	assert_string_equal(done(),
		"Mappings for iommu@0x00000000fed90000\n\tpid = 7\n\t\tdevice = "
		"1:0:3.7\n");
}

/* It begins with Akaros's text, byte for byte. Ours follows. */
static void
test_help(void **state)
{
	static const char attach[] = "write format: xx:yy.z pid\n"
				     "   xx  = bus (in hex)\n"
				     "   yy  = device (in hex)\n"
				     "   z   = function (in hex)\n"
				     "   pid = process pid\n"
				     "\nexample:\n"
				     "$ echo 00:1f.2 13 >\\#iommu/attach\n";
	static const char detach[] = "write format: xx:yy.z\n"
				     "   xx  = bus (in hex)\n"
				     "   yy  = device (in hex)\n"
				     "   z   = function (in hex)\n"
				     "\nexample:\n"
				     "$ echo 00:1f.2 >\\#iommu/detach\n";

	(void)state;
	attach_help(&t);
	const char *s = done();
	assert_memory_equal(s, attach, sizeof attach - 1);
	assert_non_null(strstr(s,
		"   -g          all functions of its isolation group, or none\n"));
	assert_non_null(strstr(s, "\n   private     "));
	assert_non_null(strstr(s, "\n   guest       "));
	assert_non_null(strstr(s, "\n   ro          "));
	detach_help(&t);
	s = done();
	assert_memory_equal(s, detach, sizeof detach - 1);
	assert_non_null(strstr(s,
		"   -g          all functions of its isolation group, or none\n"));
	power_text(&t, true);
	assert_string_equal(done(),
		"IOMMU status: enabled\n"
		"Write 'enable' or 'disable' OR 'on' or 'off' to change status\n");
	power_text(&t, false);
	assert_string_equal(done(),
		"IOMMU status: disabled\n"
		"Write 'enable' or 'disable' OR 'on' or 'off' to change status\n");
}

static void
test_more(void **state)
{
	UnitInfo u = page_unit;
	UnitStats s = { .context_global = 1,
		.context_device = 2,
		.iotlb_page = 3,
		.iotlb_domain = 4,
		.iotlb_global = 5,
		.interrupt_index = 6,
		.waits = 7,
		.ids = 8,
		.faults = 9,
		.lost = 10 };

	(void)state;
	info_more(&t, &u, &s);
	assert_non_null(strstr(t.s, "\tstate = on\n"));
	assert_non_null(strstr(t.s,
		"\ttables = 4 levels, 48 address bits, flushed line by line\n"));
	assert_non_null(strstr(t.s, "\ttranslation = legacy mode\n"));
	assert_non_null(strstr(t.s, "\tinvalidation = queue\n"));
	assert_non_null(strstr(t.s, "\tdomain ids = 8 in use of "));
	assert_non_null(strstr(t.s,
		"\tinvalidations = 3 context, 12 iotlb, 6 interrupt, 7 waits\n"
		"\tfaults = 9 recorded, 10 times lost\n"));
	assert_non_null(strstr(t.s,
		"\tenforced = DMA by table\n"
		"\tnot enforced = interrupts: remapping is off\n"
		"\tinterrupt isolation: no\n"));
	assert_null(strstr(done(), "entries"));
	u.gsts = 0x47000000; /* RTPS QIES IRES IRTPS: what the registers say counts */
	u.remaps = true;
	s.irqs = 3;
	u.irq_max = 256;
	info_more(&t, &u, &s);
	assert_non_null(strstr(done(),
		"\tinterrupt entries = 3 in use of 256, xapic destinations\n"
		"\tenforced = interrupts by source, none in compatibility format\n"
		"\tnot enforced = DMA: translation is off\n"
		"\tinterrupt isolation: yes\n"));
	u.gsts = 0xc7000000;
	u.forges = "this machine forges";
	info_more(&t, &u, &s);
	assert_non_null(strstr(done(),
		"\tenforced = DMA by table, interrupts by source, "
		"none in compatibility format\n"
		"\tnot enforced = interrupts: this machine forges\n"
		"\tinterrupt isolation: no\n"));
	u.gsts = 0x47800000; /* CFIS */
	u.forges = NULL;
	u.no_remap = "a reason";
	info_more(&t, &u, &s);
	assert_non_null(strstr(done(),
		"\tenforced = nothing\n"
		"\tnot enforced = DMA: translation is off\n"
		"\tnot enforced = interrupts: a reason\n"
		"\tinterrupt isolation: no\n"));
	u.state = UNIT_BROKEN;
	u.reason = "it did not answer";
	info_more(&t, &u, &s);
	assert_non_null(strstr(done(), "\tstate = broken: it did not answer\n"));
	u.state = UNIT_UNUSABLE;
	u.reason = NULL;
	info_more(&t, &u, &s);
	assert_non_null(strstr(done(), "\tstate = unusable\n"));
	assert_int_equal(host_blocks, 0);
}

/* The table header of Linux's guide, bytes as ACPI 5.2.6 places them. */
static void
test_acpi_line(void **state)
{
	uint8_t h[36] = "DMAR\0\0\0\0\x01\0A M I OEMDMAR";
	char s[128];

	(void)state;
	h[24] = 1; /* OEM revision */
	memcpy(h + 28, "MSFT", 4);
	h[32] = 0x97; /* creator revision */
	acpi_line(s, sizeof s, h, 0x7f5b5ef0);
	assert_string_equal(s,
		"ACPI: DMAR (v001 A M I  OEMDMAR  0x00000001 MSFT 0x00000097) "
		"@ 0x000000007f5b5ef0\n");
	memset(h + 10, 0x1b, 6); /* no escape reaches the console */
	h[28] = 0xff;
	acpi_line(s, sizeof s, h, 0);
	for (char *p = s; *p != 0; p++)
		assert_true(*p == '\n' || (*p >= ' ' && *p < 0x7f));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_info),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_mappings),
		cmocka_unit_test(test_help),
		cmocka_unit_test(test_more),
		cmocka_unit_test(test_acpi_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
