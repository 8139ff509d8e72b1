/* From the kernel's three words to main: environment, name, constructors. */
#include <stdlib.h>
#include <string.h>

#include "user/include/bailey.h"

const char *progname = "?";

extern char **environ;
void __libc_init_array(void);
int main(int argc, char **argv, char **envp);
void start_c(int argc, char **argv, char **envp) __attribute__((noreturn));

void
start_c(int argc, char **argv, char **envp)
{
	environ = envp;
	if (argc > 0) {
		const char *slash = strrchr(argv[0], '/');

		progname = slash ? slash + 1 : argv[0];
	}
	__libc_init_array();
	exit(main(argc, argv, envp));
}
