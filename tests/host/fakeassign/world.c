/* SRC: dev/assign -dev/assign/boot.c -dev/assign/ctl.c -dev/assign/intremap.c */
/*
 * Before and after each test, and the steps that many tests share. reset_world puts the
 * fakes into their first state: nothing is attached, and all devices have been quiet for
 * ten seconds. all_gone takes away whatever a test left attached, and fails when a block
 * of memory, a process or an address space was leaked.
 */
#include "tests/host/fakeassign/fakeassign.h"
#include "dev/assign/blame.h"
#include "dev/assign/power.h"

AssignedFn func[NFN];
VtdRmrr rmrr[2];

int
reset_world(void **state)
{
	(void)state;
	for (uint i = 0; i < NFN; i++) {
		fn[i].next = i + 1 < NFN ? &fn[i + 1] : NULL;
		if (fn[i].nsid == 0) {
			fn[i].sid[0] = (uint16_t)fn[i].bdf;
			fn[i].nsid = 1;
		}
		memset(&func[i], 0, sizeof func[i]);
		bme[i] = msi[i] = false;
		fn_init(&func[i], &fn[i]);
		func[i].unit = i == NOUNIT ? NULL : &the_unit;
	}
	rmrr[0] = (VtdRmrr){ 3, 0xed000, 0xeffff };
	func[RMRR].rmrr = rmrr;
	func[RMRR].nrmrr = 1;
	taken = 0;
	stuck = bad_reset = gone = no_msi = undrained = NULL;
	bouncing = at_boot = translating = obstacle = NULL;
	with_ats = NULL;
	fn[EDU].ats = fn[EDU2].ats = 0;
	start_err = enable_err = 0;
	direct = passes = relax = checking = false;
	assign_on_end(NULL);
	fn[RMRR].cls = fn[RMRR].subclass = 0;
	no_vector = false;
	while_draining = NULL;
	attach_err = attach_good = detach_err = flush_err = power_err = entry_err =
		unentry_err = 0;
	map_good = map_err = added_err = unmap_err = sync_err = 0;
	the_unit = (Unit){ .state = UNIT_ON };
	frames = (PageStat){ .total = 4096, .free = 4096 };
	host_now += 10000000000; /* all have been quiet for long */
	p22.as = &as22;
	as22 = (Aspace){ .refs = 1, .name = "as22", .top = 0x22000 };
	as23 = (Aspace){ .refs = 1, .name = "as23", .top = 0x23000 };
	as_new = (Aspace){ .refs = 1, .name = "as-new", .top = 0x99000 };
	p22.dying = false;
	self = &p1;
	if (kdriver_for(&fn[EDU2]) == NULL)
		kdriver_register(&driver);
	power_init(NULL, false);
	power_start(false);
	blame_init();
	trace[0] = host_errstr[0] = killed[0] = host_log[0] = 0;
	return 0;
}

int
all_gone(void **state)
{
	(void)state;
	/* A failed test may have left the lock held. */
	assign_lock = (Mutex)MUTEX_INIT(RANK_ASSIGN, "assign");
	host_self.held = NULL;
	stuck = bad_reset = gone = no_msi = undrained = NULL;
	no_vector = false;
	while_draining = NULL;
	detach_err = flush_err = unentry_err = 0;
	the_unit.state = UNIT_ON;
	assign_observer.exiting(&p22);
	assign_observer.exiting(&p23);
	for (uint i = 0; i < NFN; i++)
		if (assign_owner(&fn[i]) == 0)
			assign_detach(fn[i].bdf, 0);
	assert_int_equal(host_blocks, 0);
	assert_int_equal(p22.refs, 0);
	assert_int_equal(as22.refs, 1);
	assert_int_equal(as23.refs, 1);
	return 0;
}

int
attach(uint i, int pid)
{
	return assign_attach(&(AttachArgs){ .bdf = fn[i].bdf, .pid = pid });
}

int
attach_as(uint i, int pid, AttachMode mode, bool ro)
{
	return assign_attach(&(AttachArgs){
		.bdf = fn[i].bdf, .pid = pid, .mode = mode, .ro = ro });
}

int
policy(uint i, int pid, FaultPolicy p)
{
	return assign_attach(&(AttachArgs){ .bdf = fn[i].bdf, .pid = pid, .policy = p });
}

const char *
event(uint i, Proc *p)
{
	static char line[EVENT_LEN];
	long n;

	self = p;
	n = assign_event_read(&fn[i], line, sizeof line - 1, true);
	line[n > 0 ? n : 0] = 0;
	self = &p1;
	return line;
}

void
clear(void)
{
	trace[0] = 0;
}

void
refused(uint i, int pid, int err, const char *sentence)
{
	long blocks = host_blocks;

	clear();
	assert_int_equal(attach(i, pid), err);
	assert_string_equal(host_errstr, sentence);
	assert_string_equal(trace, "");
	assert_int_equal(host_blocks, blocks);
}

void
own_and_run(uint i, Proc *p)
{
	vaddr_t va;

	assert_int_equal(attach(i, p->pid), 0);
	self = p;
	assert_int_equal(assign_map_bar(&fn[i], 0, 0, 4096, SPROT_READ | SPROT_WRITE,
				 &va),
		0);
	assert_int_equal(assign_busmaster(&fn[i], true), 0);
	assert_int_equal(assign_intr_open(&fn[i]), 0);
	self = &p1;
	assert_true(bme[i] && msi[i]);
	clear();
}

void
fault(uint16_t sid, iova_t addr, bool read)
{
	fault_fn(&(VtdFault){
		.sid = sid, .addr = addr, .reason = read ? 6 : 5, .read = read });
}

static jmp_buf idle;

static bool
escape(Waitq *q)
{
	(void)q;
	longjmp(idle, 1);
}

/* Let the kernel thread do what there is to do. */
void
run_thread(void)
{
	host_log[0] = 0;
	host_while_asleep = escape;
	if (setjmp(idle) == 0)
		thread_fn(NULL);
	host_while_asleep = NULL;
}

void
checks(const char *want)
{
	Text t = { 0 };

	assign_check(&t);
	assert_string_equal(t.s, want);
	text_free(&t);
}
