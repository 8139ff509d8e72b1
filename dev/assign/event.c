/*
 * The queue of a function's events: up to EVENT_MAX lines in an array, moved down as they
 * are taken. That is simpler than a ring, because lines leave from the middle too: each
 * belongs to one pid. Pure.
 */

#include "dev/assign/event.h"
#include "kern/fmt.h"
#include "kern/string.h"

static void
event_remove(EventQ *q, uint i)
{
	q->n--;
	memmove(&q->e[i], &q->e[i + 1], (q->n - i) * sizeof q->e[0]);
}

static int
event_find(const EventQ *q, int pid)
{
	for (uint i = 0; i < q->n; i++)
		if (q->e[i].pid == pid)
			return i;
	return -1;
}

void
event_put(EventQ *q, int pid, const char *text)
{
	if (q->n == EVENT_MAX) {
		if (q->lost_pid != q->e[0].pid)
			q->lost = 0;
		q->lost_pid = q->e[0].pid;
		q->lost++;
		event_remove(q, 0);
	}
	q->e[q->n].pid = pid;
	snprint(q->e[q->n].text, EVENT_LEN, "%.*s\n", EVENT_LEN - 2, text);
	q->n++;
}

static long
line_take(char *buf, long n, const char *s)
{
	long len = strlen(s);

	if (len > n)
		len = n;
	memcpy(buf, s, len);
	return len;
}

long
event_take(EventQ *q, int pid, char *buf, long n)
{
	int i = event_find(q, pid);
	char lost[32], *s;
	long len;

	if (q->lost > 0 && q->lost_pid == pid) {
		snprint(lost, sizeof lost, "lost %u\n", q->lost);
		q->lost = 0;
		return line_take(buf, n, lost);
	}
	if (i < 0)
		return 0;
	s = q->e[i].text;
	len = line_take(buf, n, s);
	if (s[len] == 0)
		event_remove(q, i);
	else
		memmove(s, s + len, strlen(s + len) + 1);
	return len;
}

bool
event_any(const EventQ *q, int pid)
{
	return event_find(q, pid) >= 0 || (q->lost > 0 && q->lost_pid == pid);
}

void
event_forget(EventQ *q, int pid)
{
	for (int i = event_find(q, pid); i >= 0; i = event_find(q, pid))
		event_remove(q, i);
	if (q->lost_pid == pid)
		q->lost = 0;
}
