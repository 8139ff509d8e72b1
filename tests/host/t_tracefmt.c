/* SRC: dev/text/tracefmt.c dev/vtd/fields.c dev/vtd/faultrec.c kern/cmd.c kern/text.c */
/* Lines of #vtd/trace: every register, descriptor, entry and fault, by numbers of the
 * manual. */
#include "tests/host/host.h"

#include "dev/text/tracefmt.h"

static void
shows(VtdEvent e, const char *want)
{
	char whole[300];
	Text t = { 0 };

	e.time = 12345678901ull;
	snprintf(whole, sizeof whole, "seq 7 time 12.345678 unit %s\n", want);
	trace_line(&t, 7, &e);
	assert_string_equal(t.s, whole);
	text_free(&t);
}

static void
wrote(uint32_t window, uint32_t off, uint64_t v, const char *want)
{
	shows((VtdEvent){ .kind = VTD_WROTE, .unit = 1, .reg = { window, off, v } },
		want);
}

static void
registers(void **state)
{
	(void)state;
	wrote(0, 0x18, 0x86000000, "1 register GCMD 0x86000000 TE QIE IRE");
	wrote(0, 0x18, 0x79800000,
		"1 register GCMD 0x79800000 SRTP SFL EAFL WBF SIRTP CFI");
	wrote(0, 0x20, 0x12345400,
		"1 register RTADDR 0x12345400 mode 1 table 0x12345000");
	wrote(0, 0x28, 0xe000000000180002,
		"1 register CCMD 0xe000000000180002 ICC granularity 3 did 2 source "
		"0:3.0");
	wrote(0, 0x34, 0xfd, "1 register FSTS 0xfd PFO AFO APF IQE ICE ITE PRO");
	wrote(0, 0x38, 0x80000000, "1 register FECTL 0x80000000 IM");
	wrote(0, 0x3c, 0x61, "1 register FEDATA 0x61");
	wrote(0, 0x40, 0xfee01000, "1 register FEADDR 0xfee01000");
	wrote(0, 0x44, 0, "1 register FEUADDR 0x0");
	wrote(0, 0x64, 0, "1 register PMEN 0x0");
	wrote(0, 0x88, 0x70, "1 register IQT 0x70 index 7");
	wrote(0, 0x90, 0x5001, "1 register IQA 0x5001 base 0x5000 size 1");
	wrote(0, 0xa0, 0x80000000, "1 register IECTL 0x80000000 IM");
	wrote(0, 0xb8, 0x5807, "1 register IRTA 0x5807 table 0x5000 size 7 EIME");
	wrote(0, 0xe0, 0x80000000, "1 register PECTL 0x80000000 IM");
	wrote(0, 0x68, 5, "1 register 0x68 0x5");
	wrote(1, 0, 0x10002043, "1 register IVA 0x10002043 address 0x10002000 am 3 ih 1");
	wrote(1, 8, 0xb003000200000000,
		"1 register IOTLB 0xb003000200000000 IVT granularity 3 did 2 "
		"drain_reads drain_writes");
	wrote(2, 0x2c, 0x80000000, "1 register FRCD2 0x80000000 F");
}

static void
queued(uint64_t lo, uint64_t hi, const char *want)
{
	shows((VtdEvent){ .kind = VTD_QUEUED, .descriptor = { lo, hi } }, want);
}

static void
descriptors(void **state)
{
	(void)state;
	queued(0x11, 0, "0 descriptor context global");
	queued(0x20021, 0, "0 descriptor context domain did 2");
	queued(0x1800020031, 0, "0 descriptor context device did 2 source 0:3.0");
	queued(0xd2, 0, "0 descriptor iotlb global");
	queued(0x200e2, 0, "0 descriptor iotlb domain did 2");
	queued(0x300f2, 0x10002043,
		"0 descriptor iotlb page did 3 address 0x10002000 am 3 ih 1");
	queued(0x10000110003, 0x123001,
		"0 descriptor device source 1:0.0 address 0x123000 block 1");
	queued(4, 0, "0 descriptor interrupt global");
	queued(0x500000014, 0, "0 descriptor interrupt entry index 5");
	queued(0x1100000065, 0x1000, "0 descriptor wait 17 fence");
	queued(0x1100000025, 0x1000, "0 descriptor wait 17");
	queued(0x37, 0, "0 descriptor pasid_cache global");
	queued(0x20007, 0, "0 descriptor pasid_cache domain did 2");
	queued(0x20026, 0, "0 descriptor first_stage all did 2 pasid 0");
	queued(0x30036, 0x10002043,
		"0 descriptor first_stage page did 3 pasid 0 address 0x10002000 am 3 "
		"ih 1");
	queued(0x2, 0, "0 descriptor iotlb ?");
	queued(0xf, 0x1234, "0 descriptor unknown 0x1234:0xf");
}

static void
pair(uint32_t table, uint16_t index, uint64_t at, uint64_t v, const char *want)
{
	shows((VtdEvent){ .kind = VTD_STORED,
		      .entry = { .table = table,
			      .index = index,
			      .n = 1,
			      .at = at,
			      .value = v } },
		want);
}

static void
entries(void **state)
{
	(void)state;
	pair(VTD_TABLE_ROOT, 0x0300, 0x5030, 0x6001,
		"0 entry root bus 0x3 at 0x5030 low 0x6001 P table 0x6000");
	pair(VTD_TABLE_ROOT, 0x0300, 0x5038, 0,
		"0 entry root bus 0x3 at 0x5038 high 0x0");
	pair(VTD_TABLE_CONTEXT, 0x18, 0x5188, 0x202,
		"0 entry context 0:3.0 at 0x5188 high 0x202 levels 4 did 2");
	pair(VTD_TABLE_CONTEXT, 0x18, 0x5180, 0x7005,
		"0 entry context 0:3.0 at 0x5180 low 0x7005 P type 1 table 0x7000");
	pair(VTD_TABLE_CONTEXT, 0x18, 0x5180, 0,
		"0 entry context 0:3.0 at 0x5180 low 0x0");
	pair(VTD_TABLE_ROOT, 0x0300, 0x5038, 0x7001,
		"0 entry root bus 0x3 at 0x5038 high 0x7001 P table 0x7000");
	pair(VTD_TABLE_SCALABLE, 0x18, 0x5300, 0x7001,
		"0 entry context 0:3.0 at 0x5300 low 0x7001 P directory 0x7000");
	pair(VTD_TABLE_DIRECTORY, 0, 0x5000, 0x7001,
		"0 entry directory at 0x5000 0x7001 P table 0x7000");
	pair(VTD_TABLE_PASID, 0, 0x5000, 0x7089,
		"0 entry pasid at 0x5000 word 0 0x7089 P type 2 levels 4 table 0x7000");
	pair(VTD_TABLE_PASID, 0, 0x5000, 0x49,
		"0 entry pasid at 0x5000 word 0 0x49 P type 1");
	pair(VTD_TABLE_PASID, 0, 0x5008, 0x1800002,
		"0 entry pasid at 0x5008 word 1 0x1800002 did 2 PWSNP PGSNP");
	pair(VTD_TABLE_PASID, 0, 0x5010, 0x7000,
		"0 entry pasid at 0x5010 word 2 0x7000 table 0x7000");
	pair(VTD_TABLE_INTERRUPT, 9, 0x5090, 0x100300011,
		"0 entry interrupt 9 at 0x5090 low 0x100300011 P level vector 0x30 "
		"destination 0x1");
	pair(VTD_TABLE_INTERRUPT, 9, 0x5098, 0x40018,
		"0 entry interrupt 9 at 0x5098 high 0x40018 source 0:3.0 check 1");
}

static void
level(uint32_t l, uint32_t n, uint64_t v, uint64_t step, const char *want)
{
	shows((VtdEvent){ .kind = VTD_STORED,
		      .unit = VTD_NO_UNIT,
		      .entry = { .table = VTD_TABLE_LEVEL,
			      .level = (uint8_t)l,
			      .n = (uint16_t)n,
			      .at = 0x9010,
			      .iova = 0x10002000,
			      .value = v,
			      .step = step } },
		want);
}

static void
levels(void **state)
{
	(void)state;
	level(1, 1, 0x7001, 0,
		"- entry level 1 iova 0x10002000 at 0x9010 value 0x7001 rights r page "
		"0x7000");
	level(1, 3, 0x7802, 4096,
		"- entry level 1 iova 0x10002000 at 0x9010 value 0x7802 rights w page "
		"0x7000 count 3 step 0x1000");
	level(2, 1, 0x200083, 0,
		"- entry level 2 iova 0x10002000 at 0x9010 value 0x200083 rights rw "
		"page 0x200000");
	level(2, 1, 0x7003, 0,
		"- entry level 2 iova 0x10002000 at 0x9010 value 0x7003 rights rw "
		"table 0x7000");
	level(4, 1, 0x7083, 0,
		"- entry level 4 iova 0x10002000 at 0x9010 value 0x7083 rights rw "
		"table 0x7000");
	level(1, 512, 0, 0,
		"- entry level 1 iova 0x10002000 at 0x9010 value 0x0 count 512 step 0x0");
	level(0, 512, 0, 0, "- entry unused at 0x9010 value 0x0 count 512 step 0x0");
	shows((VtdEvent){ .kind = VTD_STORED,
		      .unit = VTD_NO_UNIT,
		      .entry = { .table = VTD_TABLE_ABOVE,
			      .n = 1,
			      .at = 0x9000,
			      .value = 0x7003 } },
		"- entry above at 0x9000 value 0x7003 rights rw table 0x7000");
}

static void
faults(void **state)
{
	VtdFault f = { .sid = 0x18, .segment = 1, .addr = 0x5000, .reason = 5 };

	(void)state;
	shows((VtdEvent){ .kind = VTD_FAULTED, .fault = f },
		"0 fault source 1:0:3.0 access write address 0x5000 reason 5 text "
		"'PTE Write access is not set'");
	f = (VtdFault){ .sid = 0x18, .addr = 7, .reason = 0x22, .interrupt = true };
	shows((VtdEvent){ .kind = VTD_FAULTED, .fault = f },
		"0 fault source 0:3.0 access interrupt index 0x7 reason 34 text "
		"'Present field in the IRTE entry is clear'");
	f = (VtdFault){ .lost = true };
	shows((VtdEvent){ .kind = VTD_FAULTED, .fault = f }, "0 fault lost");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registers),
		cmocka_unit_test(descriptors),
		cmocka_unit_test(entries),
		cmocka_unit_test(levels),
		cmocka_unit_test(faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
