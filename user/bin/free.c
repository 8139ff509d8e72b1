/* free: memory in KiB, by use, from the console's meminfo. */
#include "user/include/tool.h"

int
main(int argc, char **argv)
{
	char *text, *line, *v;
	unsigned long n;

	flags(&argc, &argv, "", "");
	text = read_file("/dev/meminfo");
	if (text == NULL)
		text = read_file("#cons/meminfo");
	if (text == NULL)
		die("#cons/meminfo");
	while ((line = strsep(&text, "\n")) != NULL) {
		v = strchr(line, ' ');
		if (v != NULL && number(v + 1, &n))
			printf("%-9.*s %9lu KiB\n", (int)(v - line), line, n / 1024);
	}
	return finish(0);
}
