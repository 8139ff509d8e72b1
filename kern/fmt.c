/*
 * Formatting into memory. A conversion is read into a Spec, turned into at most three
 * pieces (sign or prefix, zeros, body) and padded. Absent: floats, %n, locales. Pure.
 */
#include "kern/fmt.h"
#include "kern/string.h"

typedef struct Out {
	char *p;
	size_t n;    /* room, terminator included */
	size_t want; /* characters so far, whether they fitted or not */
} Out;

typedef struct Spec {
	bool left, zero, plus, space, alt;
	int width, prec; /* prec -1: none given */
	uint size;       /* bytes of an integer argument */
} Spec;

static void
out_put(Out *o, char c)
{
	if (o->want + 1 < o->n)
		o->p[o->want] = c;
	o->want++;
}

static void
put_n(Out *o, char c, int n)
{
	while (n-- > 0)
		out_put(o, c);
}

/* Puts out pre, then zeros, then body, padded to the width. */
static void
put_padded(Out *o, const Spec *s, const char *pre, int zeros, const char *body, int len)
{
	int npre = strlen(pre), pad;

	if (zeros < 0)
		zeros = 0;
	pad = s->width - npre - zeros - len;
	if (!s->left && !s->zero)
		put_n(o, ' ', pad);
	while (*pre != '\0')
		out_put(o, *pre++);
	if (!s->left && s->zero)
		put_n(o, '0', pad);
	put_n(o, '0', zeros);
	while (len-- > 0)
		out_put(o, *body++);
	if (s->left)
		put_n(o, ' ', pad);
}

static void
put_number(Out *o, Spec *s, uint64_t v, uint base, bool upper, const char *pre)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char buf[24], *p = buf + sizeof buf;

	if (s->prec >= 0)
		s->zero = false; /* C11 7.21.6.1: the precision rules */
	for (; v != 0; v /= base)
		*--p = digits[v % base];
	if (p == buf + sizeof buf && s->prec < 0)
		*--p = '0';
	int len = buf + sizeof buf - p;
	put_padded(o, s, pre, s->prec - len, p, len);
}

static void
put_signed(Out *o, Spec *s, int64_t v)
{
	const char *pre = v < 0 ? "-" : s->plus ? "+" : s->space ? " " : "";

	put_number(o, s, v < 0 ? -(uint64_t)v : (uint64_t)v, 10, false, pre);
}

static void
put_hex(Out *o, Spec *s, uint64_t v, bool upper)
{
	put_number(o, s, v, 16, upper, !s->alt || v == 0 ? "" : upper ? "0X" : "0x");
}

static void
put_string(Out *o, Spec *s, const char *p)
{
	size_t max = s->prec < 0 ? (size_t)INT32_MAX : (size_t)s->prec;

	if (p == NULL)
		p = "(null)";
	s->zero = false;
	put_padded(o, s, "", 0, p, strnlen(p, max));
}

static int
spec_number(const char **f)
{
	int n = 0;

	for (; **f >= '0' && **f <= '9'; ++*f)
		n = n > 99999 ? n : n * 10 + (**f - '0');
	return n;
}

/* Reads the flags at *f and moves *f behind them. */
static void
spec_flags(const char **f, Spec *s)
{
	for (;; ++*f) {
		switch (**f) {
		case '-':
			s->left = true;
			break;
		case '0':
			s->zero = true;
			break;
		case '+':
			s->plus = true;
			break;
		case ' ':
			s->space = true;
			break;
		case '#':
			s->alt = true;
			break;
		default:
			return;
		}
	}
}

/* Reads the length modifiers at *f and moves *f behind them. ll is as l: both are 8
 * bytes. */
static void
spec_length(const char **f, Spec *s)
{
	s->size = sizeof(int);
	for (;; ++*f) {
		switch (**f) {
		case 'h':
			s->size = s->size == sizeof(short) ? sizeof(char) : sizeof(short);
			break;
		case 'l':
		case 'z':
		case 'j':
		case 't':
			s->size = sizeof(long);
			break;
		default:
			return;
		}
	}
}

/* The low `size` bytes of v: an argument that was promoted is cut again. */
static uint64_t
value_cut(uint64_t v, uint size)
{
	return size >= 8 ? v : v & ((1ull << size * 8) - 1);
}

static int64_t
sign_extend(uint64_t v, uint size)
{
	uint shift = 64 - size * 8;

	return (int64_t)(v << shift) >> shift;
}

typedef struct Args {
	va_list ap; /* in a struct, so that a pointer to it is the same type everywhere */
} Args;

static uint64_t
arg_integer(Args *a, const Spec *s)
{
	if (s->size == sizeof(long))
		return va_arg(a->ap, unsigned long);
	return va_arg(a->ap, unsigned int);
}

/* Reads width and precision at *f, with their arguments if they are *. No precision is
 * -1. */
static void
spec_width(const char **f, Spec *s, Args *a)
{
	s->prec = -1;
	if (**f == '*') {
		++*f;
		s->width = va_arg(a->ap, int);
		if (s->width < 0) {
			s->left = true;
			s->width = -s->width;
		}
	} else {
		s->width = spec_number(f);
	}
	if (**f != '.')
		return;
	++*f;
	if (**f == '*') {
		++*f;
		s->prec = va_arg(a->ap, int);
	} else {
		s->prec = spec_number(f);
	}
}

/* Does one conversion. *f is behind its '%', and is moved behind the conversion. */
static void
spec_convert(Out *o, const char **f, Args *a)
{
	Spec s = { 0 };
	char c;

	spec_flags(f, &s);
	spec_width(f, &s, a);
	spec_length(f, &s);
	c = **f;
	if (c != '\0')
		++*f;
	switch (c) {
	case 'd':
	case 'i':
		put_signed(o, &s, sign_extend(arg_integer(a, &s), s.size));
		break;
	case 'u':
		put_number(o, &s, value_cut(arg_integer(a, &s), s.size), 10, false, "");
		break;
	case 'x':
	case 'X':
		put_hex(o, &s, value_cut(arg_integer(a, &s), s.size), c == 'X');
		break;
	case 'p':
		put_number(o, &s, (uint64_t)va_arg(a->ap, void *), 16, false, "0x");
		break;
	case 's':
		put_string(o, &s, va_arg(a->ap, const char *));
		break;
	case 'c': {
		char one = va_arg(a->ap, int);
		s.zero = false;
		put_padded(o, &s, "", 0, &one, 1);
		break;
	}
	case '%':
		out_put(o, '%');
		break;
	case '\0':
		break;
	default: /* show it: a wrong format should be seen */
		out_put(o, '%');
		out_put(o, c);
	}
}

int
vsnprint(char *buf, size_t n, const char *fmt, va_list ap)
{
	Out o = { buf, n, 0 };
	Args a;

	va_copy(a.ap, ap);
	while (*fmt != '\0') {
		char c = *fmt++;
		if (c == '%')
			spec_convert(&o, &fmt, &a);
		else
			out_put(&o, c);
	}
	va_end(a.ap);
	if (n > 0)
		buf[o.want < n ? o.want : n - 1] = '\0';
	return o.want;
}

int
snprint(char *buf, size_t n, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = vsnprint(buf, n, fmt, ap);
	va_end(ap);
	return r;
}
