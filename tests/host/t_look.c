/* SRC: tests/host/fakeassign dev/text/iommufmt.c */
/*
 * What the files mappings, domains and stats of #iommu and #vtd show.
 */
#include "tests/host/fakeassign/fakeassign.h"
#include "dev/text/iommufmt.h"

static void
test_mappings(void **state)
{
	Text t = { 0 };

	(void)state;
	assign_mappings(&t, mappings_unit);
	assert_string_equal(t.s, "Mappings for iommu@0x00000000fed90000\n\t<empty>\n");
	text_free(&t);
	assert_int_equal(attach(NVME, 23), 0);
	assert_int_equal(attach(EDU, 22), 0);
	assert_int_equal(attach(EDU2, 22), 0);
	t = (Text){ 0 };
	assign_mappings(&t, mappings_unit);
	assert_string_equal(t.s,
		"Mappings for iommu@0x00000000fed90000\n"
		"\tpid = 22\n\t\tdevice = 0:2.0\n\t\tdevice = 0:3.0\n"
		"\tpid = 23\n\t\tdevice = 0:4.0\n");
	text_free(&t);
}

/* Each domain has one line, however many functions are in it. Each counter is shown in
 * its place. */
static void
test_domains(void **state)
{
	Text t = { 0 };

	(void)state;
	assign_domains(&t);
	assert_null(t.s);
	assert_int_equal(attach(NVME, 23), 0);
	assert_int_equal(attach(EDU2, 22), 0);
	assert_int_equal(attach_as(EDU, 22, ATTACH_GUEST, true), 0);
	assign_domains(&t);
	assert_string_equal(t.s,
		"domain 0:42 kind guest ro yes pid 22 name edu functions 0:3.0 root "
		"0x5000 levels 3 width 39 "
		"pages 4 quota 7 clean 2 large 1 maps 11 unmaps 12 ats off\n"
		"domain 0:42 kind shared ro no pid 22 name edu functions 0:2.0 root "
		"0x5000 levels 3 width 39 "
		"pages 4 quota 7 clean 2 large 1 maps 11 unmaps 12 ats off\n"
		"domain 0:42 kind shared ro no pid 23 name cat functions 0:4.0 root "
		"0x5000 levels 3 width 39 "
		"pages 4 quota 7 clean 2 large 1 maps 11 unmaps 12 ats off\n");
	text_free(&t);
	assert_int_equal(assign_detach(fn[EDU].bdf, 22), 0);
	assert_int_equal(attach(EDU, 22), 0);
	t = (Text){ 0 };
	assign_domains(&t);
	assert_non_null(strstr(t.s, " pid 22 name edu functions 0:3.0,0:2.0 root"));
	assert_null(strstr(t.s, "guest"));
	text_free(&t);
	fault_fn(&(VtdFault){ .sid = 0x18, .addr = 0x1000, .reason = 5 });
	fault_fn(&(VtdFault){ .sid = 0x10, .addr = 0x1000, .reason = 5 });
	fault_fn(&(VtdFault){ .sid = 0x18, .addr = 0x1000, .reason = 5 });
	t = (Text){ 0 };
	assign_stats(&t);
	assert_string_equal(t.s,
		"unit 0 context_global 2 context_device 3 pasid_global 4 pasid_domain 5 "
		"iotlb_global 6 iotlb_domain 7 iotlb_page 8 "
		"interrupt_global 9 interrupt_index 10 device_tlb 19 write_buffer 1 "
		"waits 11 wait_ns 12 longest_ns 13 "
		"ids 17 sources 16 interrupts 18 faults 14 lost 15\n"
		"domain 0:42 pid 22 maps 11 unmaps 12 pages 4 large 1 faults 3\n"
		"domain 0:42 pid 23 maps 11 unmaps 12 pages 4 large 1 faults 0\n");
	text_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_mappings),
		T(test_domains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
