/* SRC: kern/cpio.c */
/*
 * The boot archive. Members lie inside the archive, one after the other; the window only
 * shrinks; a member that is refused takes nothing.
 */
#include "kern/cpio.h"
#include "kern/errno.h"
#include "tests/fuzz/fuzz.h"

static void
check_member(const CpioFile *f, const Cpio *was, const Cpio *now)
{
	const uint8_t *name = (const uint8_t *)f->name;

	CHECK(name > was->p && name + strlen(f->name) < was->p + was->n);
	CHECK(f->mode <= 0777);
	CHECK((f->data == NULL) == (f->size == 0));
	if (f->data != NULL)
		CHECK(f->data > name && f->size <= (size_t)(was->p + was->n - f->data));
	CHECK(now->n < was->n && now->p == was->p + (was->n - now->n));
	CHECK(now->at == was->at + (was->n - now->n) &&
		(now->at % 4 == 0 || now->n == 0));
}

void
fuzz_one(const uint8_t *in, size_t n)
{
	uint8_t *archive = in_copy(&(In){ in, n }, &n);
	Cpio c = { archive, n, 0 }, was;
	CpioFile f;
	int more;

	do {
		was = c;
		more = cpio_next(&c, &f);
		CHECK(more == 1 || more == 0 || more == -EINVAL || more == -EOVERFLOW);
		if (more == 1)
			check_member(&f, &was, &c);
		else
			CHECK(c.p == was.p && c.n == was.n && c.at == was.at);
	} while (more == 1);
	CHECK(c.p + c.n == archive + n);
	free(archive);
}
