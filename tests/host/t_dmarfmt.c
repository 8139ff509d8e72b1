/* SRC: dev/text/dmarfmt.c kern/text.c dev/vtd/dmar.c dev/vtd/dmarcheck.c
 * dev/vtd/finding.c tests/host/fakedmar.c */
/* A DMAR table in words: whole texts, from bytes. */
#include "tests/host/host.h"

#include "dev/text/dmarfmt.h"
#include "tests/host/fakedmar.h"

/* The unit every table has: 0xfed90000, INCLUDE_PCI_ALL. */
static void
unit(void)
{
	PUT(0, 0, 16, 0, 1, 0, 0, 0, 0x00, 0x00, 0xd9, 0xfe, 0, 0, 0, 0);
}

#define UNIT_LINE                                                                        \
	"structure 0 DRHD used yes offset 48 length 16 segment 0 flags include_all "     \
	"base 0xfed90000 size 0x1000\n"

/* Its text behind the header's line; its checksum is wrong by so much. */
static const char *
text(uint8_t wrong)
{
	static char out[1 << 20];
	Text t = { 0 };
	Dmar d;

	seal(wrong);
	dmar_parse(table, tlen, &d);
	dmar_text(&t, &d);
	dmar_free(&d);
	snprintf(out, sizeof out, "%s", t.s);
	text_free(&t);
	return strncmp(out, "table ", 6) == 0 ? strchr(out, '\n') + 1 : out;
}

static void
test_header(void **state)
{
	/* clang-format off */
	static const struct { uint8_t flags; const char *names; } f[] = {
		{ 0, "none" }, { 1, "intr_remap" }, { 2, "x2apic_opt_out" },
		{ 4, "dma_ctrl_platform_opt_in" }, { 0x80, "0x80" },
		{ 0x27, "intr_remap,x2apic_opt_out,dma_ctrl_platform_opt_in,0x20" },
	};
	/* clang-format on */
	char line[128];

	(void)state;
	for (size_t i = 0; i < nelem(f); i++) {
		begin(f[i].flags);
		unit();
		const char *s = text(0);
		snprintf(line, sizeof line,
			"table length 64 revision 1 checksum 0x%02x width 39 flags %s\n",
			table[9], f[i].names);
		assert_memory_equal(s - strlen(line), line, strlen(line));
		assert_string_equal(s, UNIT_LINE "verdict accept\n");
	}
}

/* One structure behind the unit: its line, its scopes, nothing to warn about. */
static void
good(const char *lines)
{
	char want[512];

	snprintf(want, sizeof want, UNIT_LINE "%sverdict accept\n", lines);
	assert_string_equal(text(0), want);
	begin(0);
	unit();
}

static void
test_structures(void **state)
{
	(void)state;
	begin(0);
	unit();
	PUT(1, 0, 34, 0, 0, 0, 2, 1, 0, 0, 0, 0x40, 1, 0, 0, 0, 0xff, 0xff, 0x0f, 0x40, 1,
		0, 0, 0);
	PUT(1, 10, 0, 0, 5, 0xc0, 0x1c, 0, 31, 7);
	good("structure 1 RMRR used yes offset 64 length 34 segment 258 base 0x140000000 "
	     "limit 0x1400fffff\nscope 1.0 pci_endpoint id 5 path c0:1c.0/1f.7\n");
	PUT(2, 0, 16, 0, 0, 0, 0, 0, 2, 8, 3, 0, 0, 1, 2, 0);
	good("structure 1 ATSR used yes offset 64 length 16 segment 0 flags none\n"
	     "scope 1.0 pci_bridge flags 0x3 id 0 path 1:2.0\n");
	PUT(3, 0, 20, 0, 0, 0, 0, 0, 0, 0, 0xd9, 0xfe, 0, 0, 0, 0, 4, 3, 2, 1);
	good("structure 1 RHSA used yes offset 64 length 20 base 0xfed90000 proximity "
	     "16909060\n");
	PUT(4, 0, 17, 0, 0, 0, 0, 200, '\\', 'A', '\'', 0x1b, 0xff, '~', 0, 'x', 'y');
	good("structure 1 ANDD used yes offset 64 length 17 device 200 name "
	     "'\\A\\x27\\x1b\\xff~'\n");
	PUT(5, 0, 8, 0, 1, 0, 0, 0);
	good("structure 1 SATC used yes offset 64 length 8 segment 0 flags "
	     "atc_required\n");
	PUT(6, 0, 16, 0, 0, 0, 9, 0, 5, 8, 0, 0, 1, 0, 0, 0);
	good("structure 1 SIDP used yes offset 64 length 16 segment 9\n"
	     "scope 1.0 acpi_namespace id 1 path 0:0.0\n");
}

static void
test_wrong(void **state)
{
	(void)state;
	begin(0);
	PUT(0, 0, 24, 0, 0x81, 5, 0, 0, 0, 0, 0xd9, 0xfe, 0, 0, 0, 0, 7, 8, 0, 0, 0, 0, 1,
		0);
	PUT(0, 0, 6, 0, 0xff, 0xff);
	PUT(44, 1, 4, 0);
	assert_string_equal(text(0),
		"structure 0 DRHD used yes offset 48 length 24 segment 0 flags "
		"include_all,0x80 "
		"base 0xfed90000 size 0x20000\n"
		"scope 0.0 reserved type 7 used no id 0 path 0:1.0\n"
		"structure 1 DRHD used no offset 72 length 6\n"
		"structure 2 unknown type 300 used no offset 78 length 4\n"
		"warning 15 structure 0 scope - verdict accept_with_warning text "
		"'reserved flags set'\n"
		"warning 37 structure 0 scope 0 verdict skip_structure text 'reserved "
		"scope type'\n"
		"warning 29 structure 1 scope - verdict skip_structure "
		"text 'structure shorter than its fixed part'\n"
		"warning 28 structure 2 scope - verdict skip_structure text 'unknown "
		"structure type'\n"
		"verdict skip_structure\n");
}

static void
test_refused(void **state)
{
	(void)state;
	begin(0);
	unit();
	assert_string_equal(text(1),
		UNIT_LINE
		"warning 4 structure - scope - verdict reject_table text 'checksum is "
		"wrong'\n"
		"verdict reject_table\n");
	tlen = 40;
	assert_string_equal(text(0),
		"warning 1 structure - scope - verdict reject_table text 'table "
		"shorter than its header'\n"
		"verdict reject_table\n");
}

static void
test_many_warnings(void **state)
{
	const char *s, *w;
	unsigned n = 0;

	(void)state;
	begin(0);
	unit();
	for (unsigned i = 0; i < 100; i++)
		PUT(99, 0, 4, 0);
	s = text(0);
	for (w = s; (w = strstr(w, "\nwarning ")) != NULL; w++)
		n++;
	assert_int_equal(n, 64);
	assert_non_null(strstr(s, "\nwarnings_not_shown 36\nverdict skip_structure\n"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_structures),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_many_warnings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
