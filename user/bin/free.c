/* free: memory in KiB, by use, from the console's meminfo. */
#include "user/include/tool.h"

int
main(int argc, char **argv)
{
	char *text, *save = NULL, *key, *v;
	unsigned long n;

	flags(&argc, &argv, "", "");
	text = read_file("/dev/meminfo");
	if (text == NULL)
		text = read_file("#cons/meminfo");
	if (text == NULL)
		die("#cons/meminfo");
	for (key = strtok_r(text, " \n", &save); key != NULL; key = strtok_r(NULL, " \n", &save)) {
		v = strtok_r(NULL, " \n", &save);
		if (v != NULL && number(v, &n))
			printf("%-9s %9lu KiB\n", key, n / 1024);
	}
	return finish(0);
}
